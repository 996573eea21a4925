import { breathe, type Listener } from '../../progress.js';
import type { ByteReader } from './reader.js';
import { bucketsOf, type Subwords, SubwordVectors } from './subwords.js';
import { VectorTable, type Wanted } from './table.js';
import { notFinite } from './text-format.js';
import { fill } from './word2vec-binary.js';

/** The first number of a fastText model, and the newest of its versions. */
export const FASTTEXT_MAGIC = 793712314;
const NEWEST = 12;
const SUPERVISED = 3;

const LONGEST_WORD = 1 << 16;
/** Rows between two steps that are told. */
const TOLD = 1 << 14;

/** What stands before the vectors. */
export interface FastTextHeader {
  dim: number;
  /** Words in the dictionary, whose labels follow. */
  words: number;
  buckets: number;
  minn: number;
  maxn: number;
  /** Rows of the matrix of vectors: the words, then the buckets. */
  rows: number;
}

/**
 * Reads a fastText model (`.bin`) up to its vectors, and tells the words in the order of their rows. Throws `data` for a
 * version that is not known, a damaged file, and a quantized one (`.ftz`).
 */
export async function readDictionary(
  reader: ByteReader,
  visit: (word: string, row: number) => void,
): Promise<FastTextHeader> {
  const head = await reader.take(64, 'the header');
  const int = (i: number) => head.readInt32LE(4 * i);
  const version = int(1);
  const [dim, model, buckets, minn] = [int(2), int(9), int(10), int(11)];
  if (int(0) !== FASTTEXT_MAGIC || version < 11 || version > NEWEST) {
    throw reader.fault(`it is a fastText model of version ${version}, expected 11 or 12`);
  }
  // of that version, which had no n-grams of characters there
  const maxn = version === 11 && model === SUPERVISED ? 0 : int(12);
  const sizes = await reader.take(28, 'the sizes of the dictionary');
  const [entries, words] = [sizes.readInt32LE(0), sizes.readInt32LE(4)];
  const pruned = Number(sizes.readBigInt64LE(20));
  if (dim < 1 || entries < words || words < 0 || buckets < 0) {
    throw reader.fault(`it is damaged: it says ${words} words of ${dim} numbers`);
  }
  for (let i = 0; i < entries; i++) {
    const word = (await reader.until(0, LONGEST_WORD, `word ${i + 1} of ${entries}`)).toString('utf8');
    await reader.take(9, `word ${i + 1} of ${entries}`);
    if (i < words) visit(word, i);
  }
  if (pruned > 0) await reader.take(8 * pruned, 'the dictionary');
  const [quantized] = await reader.take(1, 'the vectors');
  if (quantized !== 0 || pruned > 0) {
    throw reader.fault(
      'it is a quantized fastText model, whose word vectors are not kept whole',
      'give the model as it was before `fasttext quantize` (.bin)',
    );
  }
  const shape = await reader.take(16, 'the vectors');
  const [rows, columns] = [Number(shape.readBigInt64LE(0)), Number(shape.readBigInt64LE(8))];
  if (columns !== dim || rows < words) {
    throw reader.fault(
      `it is damaged: it has ${rows} vectors of ${columns} numbers for ${words} words of ${dim}`,
    );
  }
  return { dim, words, buckets: rows - words, minn, maxn, rows };
}

/**
 * Reads the vectors of words as fastText's `print-word-vectors` writes them: the mean of a word's own and those of its
 * n-grams of characters. Wanted words that the dictionary does not hold have the mean of their n-grams. Of the n-grams'
 * vectors those are kept that a kept word has, and all where all words are.
 */
export async function readFastText(
  reader: ByteReader,
  wanted: Wanted,
  listener: Listener,
): Promise<{ table: VectorTable; total: number; subwords: Subwords | null }> {
  const rowOf = new Map<string, number>();
  const header = await readDictionary(reader, (word, row) => {
    if ((row < wanted.first || wanted.words.has(word)) && !rowOf.has(word)) rowOf.set(word, row);
  });
  const { dim, words, buckets, minn, maxn, rows } = header;
  const table = new VectorTable(dim, words + wanted.words.size, wanted);
  for (const [word, row] of rowOf) {
    table.add(word);
    if (row < wanted.first) table.firsts++;
  }
  const unknown = [...wanted.words].filter((word) => !rowOf.has(word));
  const hasNgrams = maxn > 0 && buckets > 0;
  const used = hasNgrams ? bucketsOf([...table.words, ...unknown], wanted.first, header) : undefined;
  wanted.reserve(4 * dim * (used?.length ?? 0));
  const vectors = new Float32Array((used?.length ?? 0) * dim);

  const kept = Uint32Array.from(rowOf.values());
  let [word, bucket] = [0, 0];
  for (let row = 0; row < rows; row++) {
    const { offset } = reader;
    const bytes = await reader.take(4 * dim, `vector ${row + 1} of ${rows}`);
    if (row % TOLD === 0) {
      listener.step?.({ stage: 'read vectors', done: row, total: rows, unit: 'vectors' });
      await breathe();
    }
    const wrong = (whose: string) => () =>
      reader.fault(`byte ${offset}: ${notFinite(whose, 'NaN or infinity')}`);
    if (row === kept[word]) {
      fill(table.vector(word), bytes, wrong(table.words[word]!));
      word++;
    } else if (row >= words && row - words === used?.[bucket]) {
      fill(vectors.subarray(bucket * dim, (bucket + 1) * dim), bytes, wrong(`n-gram ${row - words}`));
      bucket++;
    }
  }
  await reader.drain();
  const subwords = used ? { minn, maxn, buckets, kept: used, vectors } : null;
  if (subwords) compose(table, unknown, subwords);
  return { table, total: words, subwords };
}

/** Makes the vectors of words of their own and their n-grams', and adds those that have n-grams alone. */
function compose(table: VectorTable, unknown: readonly string[], subwords: Subwords): void {
  const ofNgrams = new SubwordVectors(subwords, table.dim);
  table.words.forEach((word, place) => {
    // the end of a line, which fastText counts as a word
    if (word === '</s>') return;
    const vector = table.vector(place);
    const sum = Float64Array.from(vector);
    const count = 1 + ofNgrams.addTo(sum, word);
    for (let d = 0; d < sum.length; d++) vector[d] = sum[d]! / count;
  });
  for (const word of unknown) {
    const vector = ofNgrams.vectorOf(word);
    if (vector) table.add(word)!.set(vector);
  }
}
