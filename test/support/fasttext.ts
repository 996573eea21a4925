import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { seededRandom } from '../../src/random.js';

/** Whether the fastText program (Debian's package `fasttext`) is there. */
export const hasFastText = !spawnSync('fasttext', []).error;
if (!hasFastText) console.warn('skipped: fasttext is not installed, so its files are not read');

/** Lines of generated words, some of other scripts, of which a few are much more frequent. */
export function generatedLines(count: number, seed = 1): string[] {
  const random = seededRandom(seed);
  const syllables = 'ka lo mi ra tu se no pi 나 가 ба 😀 é ж'.split(' ');
  const words = Array.from({ length: 600 }, () =>
    Array.from(
      { length: 1 + Math.floor(4 * random()) },
      () => syllables[Math.floor(random() * syllables.length)],
    ).join(''),
  );
  return Array.from({ length: count }, (_, i) => {
    // rows of one class share words
    const own = Array.from(
      { length: 12 },
      () => words[Math.floor((i % 2) * 200 + 400 * random() ** 2)] ?? 'ka',
    );
    return own.join(' ');
  });
}

/** Trains with the fastText program; answers with the path of its model without `.bin` and `.vec`. */
export function trainFastText(folder: string, name: string, input: string, ...args: string[]): string {
  const output = join(folder, name);
  const [command, ...options] = args;
  execFileSync(
    'fasttext',
    [command!, '-input', input, '-output', output, '-thread', '1', '-minCount', '1', ...options],
    { stdio: 'ignore' },
  );
  return output;
}

/** What the program says the vectors of words are. */
export function wordVectors(model: string, words: readonly string[]): Map<string, number[]> {
  const out = execFileSync('fasttext', ['print-word-vectors', model], {
    input: `${words.join('\n')}\n`,
    encoding: 'utf8',
  });
  const lines = out.trimEnd().split('\n');
  return new Map(
    lines.map((line) => {
      const [word, ...numbers] = line.trim().split(' ');
      return [word!, numbers.map(Number)];
    }),
  );
}
