import { freeText, integer, onOff, type Setting, where } from '../tasks/setting.js';
import { bytes, duration } from './units.js';

/** Texts that are written one by one as a pattern has it. */
const several = (
  metavar: string,
  help: string,
  expected: string,
  pattern: string,
  example: string,
): Setting<string[]> => ({
  parse: (value) => {
    const items = [value].flat();
    return items.length > 0 && items.every((item) => typeof item === 'string' && RegExp(pattern).test(item))
      ? (items as string[])
      : undefined;
  },
  schema: {
    anyOf: [
      { type: 'string', pattern },
      { type: 'array', items: { type: 'string', pattern }, minItems: 1 },
    ],
    examples: [[example]],
  },
  expected,
  metavar,
  help,
});

const PATH = '^(/[\\w.~:-]+)+$';
const route = (help: string): Setting<string> => ({
  parse: (value) => (typeof value === 'string' && RegExp(PATH).test(value) ? value : undefined),
  schema: { type: 'string', pattern: PATH, examples: ['/predict-texts'] },
  expected: 'a path such as /predict-texts',
  metavar: '<path>',
  help,
});

const port = (help: string): Setting<number> => ({
  parse: where((n) => Number.isInteger(n) && n >= 0 && n < 65536),
  schema: { type: 'integer', minimum: 0, maximum: 65535, examples: [8080] },
  expected: 'a port from 0 to 65535',
  metavar: '<port>',
  help,
});

/** Flags of `maas serve`. */
export const serving = {
  host: freeText('<address>', 'address to listen on (127.0.0.1); 0.0.0.0 for every one that the machine has'),
  port: port('port to listen on (8080); 0 for any that is free'),
  grpcPort: port('answer gRPC, too, on this port (no gRPC if not given)'),
  workers: integer(1, '<n>', 'processes that answer (1); one that ends is replaced'),
  shadow: several(
    '<model>',
    'version to ask the same, such as reviews@8, and to count where it disagrees (may be repeated)',
    'a reference such as reviews@8',
    '.',
    'reviews@8',
  ),
  tlsCert: freeText('<file>', 'certificate for HTTPS, in PEM'),
  tlsKey: freeText('<file>', 'key of the certificate, in PEM'),
  apiKeys: freeText('<file>', 'file of API keys, one of which each request must present'),
  addKey: freeText('<name>', 'add a key to the file of --api-keys, print it, and serve nothing'),
  rateLimit: {
    parse: where((n) => n > 0),
    schema: { type: 'number', exclusiveMinimum: 0, examples: [100] },
    expected: 'requests a second, above 0',
    metavar: '<n>',
    help: 'requests a second for each API key, or each address where there are no keys (no limit if not given)',
  } as Setting<number>,
  cors: several(
    '<origin>',
    'origin whose pages may ask, such as https://example.org, or * for all (may be repeated)',
    'an origin such as https://example.org, or *',
    '^(\\*|https?://[^/\\s]+)$',
    'https://example.org',
  ),
  bodyLimit: bytes('<size>', 'refuse bodies that are larger (1MB if not given)'),
  maxTexts: integer(1, '<n>', 'refuse requests of more texts (1000)'),
  timeout: duration('<time>', 'answer 504 where it takes longer (30s)'),
  accessLog: onOff('log each request as a line of JSON, without its texts'),
  predictRoute: route('another path for predictions, as a host of models asks for (AIP_PREDICT_ROUTE)'),
  healthRoute: route('another path that says whether requests are welcome (AIP_HEALTH_ROUTE)'),
} as const;
