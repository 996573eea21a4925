// A data set as fastText takes it: a line for each row, `__label__class` and the text in lower case, its punctuation
// apart; in a seeded random order, since fastText reads the rows as they come.
import { writeFileSync } from 'node:fs';
import { readExamples } from '../dist/data/examples.js';
import { seededRandom } from '../dist/random.js';

export async function writeFastTextFile(csv, file) {
  const lines = [];
  await readExamples([csv], { onBadRow: 'skip' }, ({ text, label }) => {
    const words = text.toLowerCase().replace(/[^\p{L}\p{N}_\s]/gu, ' $& ');
    lines.push(`__label__${label.replaceAll(/\s/g, '_')} ${words.replace(/\s+/g, ' ').trim()}`);
  });
  const random = seededRandom(1);
  for (let i = lines.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [lines[i], lines[j]] = [lines[j], lines[i]];
  }
  writeFileSync(file, `${lines.join('\n')}\n`);
}
