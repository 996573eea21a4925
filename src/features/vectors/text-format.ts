import type { Listener } from '../../progress.js';
import { decimal } from './decimal.js';
import type { ByteReader } from './reader.js';
import { VectorTable, type Wanted } from './table.js';

const [NEWLINE, RETURN, SPACE] = [0x0a, 0x0d, 0x20];

/** A line that is no vector is longer than any that is. */
const LONGEST_LINE = 1 << 20;

/** What the first line says: how many words there are, where it is a header, and how many numbers a word has. */
export interface TextLayout {
  header: boolean;
  words: number | null;
  dim: number;
}

/** Looks at the first line, which stays to be read. Throws `data` where it is neither a header nor a vector. */
export async function textLayout(reader: ByteReader): Promise<TextLayout> {
  let end = reader.ready.indexOf(NEWLINE);
  while (end < 0 && reader.ready.length < LONGEST_LINE && (await reader.more())) {
    end = reader.ready.indexOf(NEWLINE);
  }
  const bytes = reader.ready.subarray(0, end < 0 ? reader.ready.length : end);
  const fields = bytes.toString('latin1').trimEnd().split(' ');
  const [words, dim] = fields.map(Number);
  if (fields.length === 2 && Number.isInteger(words) && Number.isInteger(dim) && words! > 0 && dim! > 0) {
    return { header: true, words: words!, dim: dim! };
  }
  const numbers = fields.slice(1).map((field) => decimal(Buffer.from(field, 'latin1'), 0, field.length));
  if (numbers.length === 0 || !numbers.every(Number.isFinite)) {
    throw reader.fault(
      'its first line is neither "<words> <numbers>" nor a word and its numbers with spaces between',
      'give word vectors as GloVe, word2vec or fastText write them',
    );
  }
  return { header: false, words: null, dim: numbers.length };
}

/**
 * Reads vectors from GloVe's text, or with a header from word2vec's and fastText's: a word and its numbers in each line,
 * a space between them. Lines whose word is not wanted are only checked for the number of their fields. A word with a
 * space in it, which GloVe's largest files have, is no word of any text and passed over.
 * Throws `data` with the line.
 */
export async function readText(
  reader: ByteReader,
  { header, words, dim }: TextLayout,
  wanted: Wanted,
  listener: Listener,
): Promise<{ table: VectorTable; total: number }> {
  const table = new VectorTable(dim, words ?? Infinity, wanted);
  let line = 0;
  let held = 0;
  let total = 0;
  let repeated: { word: string; line: number } | undefined;
  const atLine = (problem: string) => reader.fault(`line ${line}: ${problem}`);

  const take = (bytes: Buffer, from: number, end: number) => {
    let to = end;
    while (to > from && (bytes[to - 1] === RETURN || bytes[to - 1] === SPACE)) to--;
    line++;
    if ((header && line === 1) || to === from) return;
    held++;
    const first = bytes.indexOf(SPACE, from + 1);
    let spaces = 0;
    for (let at = from + 1; at < to; at++) if (bytes[at] === SPACE) spaces++;
    if (spaces !== dim) {
      if (spaces > dim && !isNumber(bytes, first + 1, bytes.indexOf(SPACE, first + 1))) return;
      const word = bytes.toString('utf8', from, first < 0 || first > to ? to : first);
      throw atLine(`"${word.slice(0, 40)}" has ${spaces} numbers, expected ${dim}`);
    }
    total++;
    const word = bytes.toString('utf8', from, first);
    if (total > wanted.first && !wanted.words.has(word)) return;
    const vector = table.add(word);
    if (!vector) repeated ??= { word, line };
    else fill(vector, bytes, first + 1, to, (field) => atLine(notFinite(word, field)));
    if (total <= wanted.first) table.firsts = table.words.length;
  };

  while (await reader.more()) {
    const bytes = reader.ready;
    let from = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, from)) {
      take(bytes, from, end);
      from = end + 1;
    }
    reader.skip(from);
    if (bytes.length - from > LONGEST_LINE) throw atLine('it is too long to be a vector');
    listener.step?.({ stage: 'read vectors', done: total, ...(words && { total: words }), unit: 'words' });
  }
  take(reader.ready, 0, reader.ready.length);
  if (words !== null && held < words) {
    throw reader.fault(`it is cut off: its header says ${words} words, and it holds ${held}`);
  }
  if (repeated) listener.warn?.(again(reader.name, `line ${repeated.line}`, repeated.word, table.repeated));
  return { table, total };
}

/** Words that have come before: their first vectors are kept, as others do. `word` is the first of so many. */
export function again(file: string, place: string, word: string, times: number): string {
  const others =
    times === 1 ? '' : times === 2 ? ', as has another word' : `, as have ${times - 1} other words`;
  return `${file}: ${place}: "${word}" has had a vector before${others}: the first one counts`;
}

/** What to say of a number that is none. */
export const notFinite = (word: string, found: string): string =>
  `"${word}" has the number ${found}, expected finite ones`;

const isNumber = (bytes: Buffer, from: number, to: number) =>
  to > from && !Number.isNaN(decimal(bytes, from, to));

/** Reads as many numbers as the vector has. */
function fill(
  vector: Float32Array,
  bytes: Buffer,
  from: number,
  to: number,
  wrong: (field: string) => Error,
): void {
  let at = from;
  for (let d = 0; d < vector.length; d++) {
    let end = at;
    while (end < to && bytes[end] !== SPACE) end++;
    vector[d] = decimal(bytes, at, end);
    if (!Number.isFinite(vector[d]!)) throw wrong(`"${bytes.toString('utf8', at, Math.min(end, at + 20))}"`);
    at = end + 1;
  }
}
