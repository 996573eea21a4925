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
  const problem = tellingOf(problems);
  const { keyword, instancePath, params, message } = problem;
  const where = instancePath === '' ? `the ${part}` : nameOf(instancePath);
  switch (keyword) {
    case 'type':
      return `${where} is of another type, expected ${[params.type].flat().join(' or ')}`;
    case 'required':
      return `${where} lacks "${params.missingProperty}"`;
    case 'additionalProperties':
      return `${where} has "${shortened(String(params.additionalProperty))}", which means nothing here`;
    case 'const':
      return `${where} is something else, expected ${JSON.stringify(params.allowedValue)}`;
    case 'minItems':
      return `${where} has too few items, expected at least ${params.limit}`;
    case 'maxItems':
      return `${where} has too many items, expected at most ${params.limit}`;
    case 'minimum':
      return `${where} is too small, expected at least ${params.limit}`;
    case 'oneOf':
    case 'anyOf':
      return ofAlternatives(where, problem, problems);
    default:
      return `${where} ${message ?? 'is not as expected'}`;
  }
}

/** Of all that is wrong, what says most. */
function tellingOf(problems: readonly Problem[]): Problem {
  const ofAll = problems.find(({ keyword, instancePath }) => keyword === 'type' && instancePath === '');
  const choice = problems.find(isChoice);
  if (ofAll || !choice) return ofAll ?? problems[0]!;
  if (choice.instancePath === '') return choice;
  // what an alternative of the right type lacks says more than that none of them fits
  const inside = problems.filter(
    (problem) =>
      problem.instancePath.startsWith(choice.instancePath) &&
      (problem.instancePath !== choice.instancePath || !(isChoice(problem) || problem.keyword === 'type')),
  );
  const lacks = (problem: Problem) =>
    problem.keyword === 'required' && problem.instancePath === choice.instancePath;
  return inside.length === 0 || (inside.length > 1 && inside.every(lacks)) ? choice : tellingOf(inside);
}

const isChoice = ({ keyword }: Problem) => keyword === 'oneOf' || keyword === 'anyOf';

/** That none of some alternatives fits, or more than one. */
function ofAlternatives(where: string, choice: Problem, problems: readonly Problem[]): string {
  if (choice.params.passingSchemas) return `${where} has several that exclude each other, expected one`;
  const here = problems.filter(({ instancePath }) => instancePath === choice.instancePath);
  const types = here.filter(({ keyword }) => keyword === 'type').flatMap(({ params }) => params.type);
  const names = here
    .filter(({ keyword }) => keyword === 'required')
    .map(({ params }) => params.missingProperty);
  return names.length > 0
    ? `${where} has none of ${[...new Set(names)].map((name) => `"${name}"`).join(', ')}, expected one of them`
    : `${where} is of another type, expected ${[...new Set(types)].join(' or ')}`;
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
