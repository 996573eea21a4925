import { integer, type Setting, text, where } from '../tasks/setting.js';

const named = (metavar: string, help: string): Setting<string> => ({
  parse: text,
  expected: 'a text',
  metavar,
  help,
});

/** Flags of `maas serve`. */
export const serving = {
  host: named('<address>', 'address to listen on (127.0.0.1); 0.0.0.0 for every one that the machine has'),
  port: {
    parse: where((n) => Number.isInteger(n) && n >= 0 && n < 65536),
    expected: 'a port from 0 to 65535',
    metavar: '<port>',
    help: 'port to listen on (8080); 0 for any that is free',
  } as Setting<number>,
  maxTexts: integer(1, '<n>', 'texts that one request may hold (1000)'),
} as const;
