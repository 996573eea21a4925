import type { FastifyError } from 'fastify';

/** Of a body that is neither JSON nor what its path takes beside it. */
export const NOT_READ = 'the body is of a media type that is not read here, expected application/json';

/** What ajv says of a value that is not as its schema has it. */
interface Problem {
  keyword: string;
  instancePath: string;
  params: Record<string, unknown>;
  message?: string;
}

/** The first thing that is wrong with a request, as one sentence. What it holds is not repeated. */
export function sentenceOf(problems: readonly Problem[], part: string): string {
  // what a list of alternatives lacks says more than that none of them fits
  const problem =
    problems.find(({ keyword, instancePath }) => keyword === 'type' && instancePath === '') ??
    problems.find(({ keyword }) => keyword !== 'required') ??
    problems[0]!;
  const { keyword, instancePath, params, message } = problem;
  const where = instancePath === '' ? `the ${part}` : nameOf(instancePath);
  switch (keyword) {
    case 'type':
      return `${where} is of another type, expected ${[params.type].flat().join(' or ')}`;
    case 'required':
      return `${where} lacks "${params.missingProperty}"`;
    case 'additionalProperties':
      return `${where} has "${shortened(String(params.additionalProperty))}", which means nothing here`;
    case 'oneOf':
    case 'anyOf': {
      const names = problems
        .filter((p) => p.keyword === 'required')
        .map((p) => `"${p.params.missingProperty}"`);
      return names.length > 0
        ? `${where} has none of ${names.join(', ')}, expected one of them`
        : `${where} has several that exclude each other, expected one`;
    }
    default:
      return `${where} ${message ?? 'is not as expected'}`;
  }
}

/** `/instances/0/text` as `"instances[0].text"`. */
const nameOf = (path: string) =>
  `"${shortened(
    path
      .slice(1)
      .replace(/\/(\d+)(?=\/|$)/g, '[$1]')
      .replaceAll('/', '.'),
  )}"`;

const shortened = (text: string) => (text.length > 100 ? `${text.slice(0, 100)}…` : text);

/** What fastify refuses by itself, as a sentence; nothing for what it cannot mean. */
export function sentenceOfCode({ code, message, statusCode = 500 }: FastifyError): string | undefined {
  const known: Record<string, string> = {
    FST_ERR_CTP_INVALID_MEDIA_TYPE: NOT_READ,
    FST_ERR_CTP_BODY_TOO_LARGE: 'the body is too large',
    FST_ERR_CTP_EMPTY_JSON_BODY: 'the body is empty, expected JSON',
    FST_ERR_CTP_INVALID_JSON_BODY:
      'the body is not JSON that can be read, in which nothing is called __proto__',
    FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'the body is not as long as its head says',
    FST_ERR_BAD_URL: 'the path is not a valid one',
  };
  if (known[code]) return known[code];
  // of a body: not JSON, or a name that would change what objects are
  return statusCode < 500 ? `the request cannot be read: ${shortened(message)}` : undefined;
}
