import { breathe, type Listener } from '../../progress.js';
import type { ByteReader } from './reader.js';
import { VectorTable, type Wanted } from './table.js';
import { again, notFinite } from './text-format.js';

const [NEWLINE, SPACE] = [0x0a, 0x20];
const LONGEST_WORD = 1 << 12;
/** Words between two steps that are told. */
const TOLD = 1 << 14;

/**
 * Reads word2vec's binary form: "<words> <numbers>\n", then each word, a space, its numbers as little-endian float32, and
 * a line break that some writers leave out. Throws `data` with the byte.
 */
export async function readWord2vecBinary(
  reader: ByteReader,
  words: number,
  dim: number,
  wanted: Wanted,
  listener: Listener,
): Promise<{ table: VectorTable; total: number }> {
  const table = new VectorTable(dim, words, wanted);
  await reader.until(NEWLINE, LONGEST_WORD, 'the header');
  let repeated: { word: string; offset: number } | undefined;
  for (let i = 0; i < words; i++) {
    if ((await reader.has(1)) && reader.ready[0] === NEWLINE) reader.skip(1);
    const { offset } = reader;
    const word = (await reader.until(SPACE, LONGEST_WORD, `word ${i + 1} of ${words}`)).toString('utf8');
    const bytes = await reader.take(4 * dim, `the vector of word ${i + 1} of ${words}`);
    if (i % TOLD === 0) {
      listener.step?.({ stage: 'read vectors', done: i, total: words, unit: 'words' });
      await breathe();
    }
    if (i >= wanted.first && !wanted.words.has(word)) continue;
    const vector = table.add(word);
    if (!vector) repeated ??= { word, offset };
    if (i < wanted.first) table.firsts = table.words.length;
    if (vector)
      fill(vector, bytes, () => reader.fault(`byte ${offset}: ${notFinite(word, 'NaN or infinity')}`));
  }
  await reader.drain();
  if (repeated) {
    listener.warn?.(again(reader.name, `byte ${repeated.offset}`, repeated.word, table.repeated));
  }
  return { table, total: words };
}

/** Copies little-endian float32 numbers. */
export function fill(vector: Float32Array, bytes: Buffer, wrong: () => Error): void {
  for (let d = 0; d < vector.length; d++) {
    vector[d] = bytes.readFloatLE(4 * d);
    if (!Number.isFinite(vector[d]!)) throw wrong();
  }
}
