import type { ServedVersion } from './served.js';

/** What the probabilities of a row say, as JSON: `label`, `score`, `scores`, and with `topK` the most probable classes alone. */
export function answerJson(
  version: ServedVersion,
  probabilities: Float64Array,
  row: number,
  topK?: number,
): string {
  const { keys } = version;
  const count = keys.length;
  const from = row * count;
  const best = version.decide(probabilities, from);
  const head = `{"label":${keys[best]},"score":${probabilities[from + best]},"scores":{`;
  if (topK === undefined) {
    let scores = `${keys[0]}:${probabilities[from]}`;
    for (let c = 1; c < count; c++) scores += `,${keys[c]}:${probabilities[from + c]}`;
    return `${head}${scores}}}`;
  }
  const ranked = rankedClasses(probabilities, from, count).slice(0, topK);
  const scores = ranked.map((c) => `${keys[c]}:${probabilities[from + c]}`);
  // an object cannot hold labels such as "5" and "1" in this order, a list can
  const top = ranked.map((c) => `{"label":${keys[c]},"score":${probabilities[from + c]}}`);
  return `${head}${scores.join(',')}},"top":[${top.join(',')}]}`;
}

/** The same of every row. */
export const answerLines = (version: ServedVersion, probabilities: Float64Array, topK?: number): string[] =>
  Array.from({ length: probabilities.length / version.labels.length }, (_, row) =>
    answerJson(version, probabilities, row, topK),
  );

/** Classes of a row, the most probable first; those that tie in the model's order. */
const rankedClasses = (probabilities: Float64Array, from: number, count: number): number[] =>
  Array.from({ length: count }, (_, c) => c).sort(
    (a, b) => probabilities[from + b]! - probabilities[from + a]!,
  );

/** An answer that says what the words contribute, too. */
export const withExplanation = (answer: string, explanation: object): string =>
  `${answer.slice(0, -1)},"explanation":${JSON.stringify(explanation)}}`;
