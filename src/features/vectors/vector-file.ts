import { openBytes } from '../../data/bytes.js';
import { MaasError } from '../../errors.js';
import type { Listener } from '../../progress.js';
import { FASTTEXT_MAGIC, readDictionary, readFastText } from './fasttext-binary.js';
import { ByteReader } from './reader.js';
import type { Subwords } from './subwords.js';
import type { VectorTable, Wanted } from './table.js';
import { readText, textLayout } from './text-format.js';
import { readWord2vecBinary } from './word2vec-binary.js';

/** The forms that word vectors come in. */
export type VectorFormat = 'GloVe text' | 'word2vec text' | 'word2vec binary' | 'fastText model';

/** A file of word vectors, looked at. */
export interface VectorFile {
  readonly path: string;
  readonly format: VectorFormat;
  /** Numbers of a vector. */
  readonly dim: number;
  /** Reads it once, from the start to the end, and keeps what is wanted. Throws `data` for a damaged file. */
  read(wanted: Wanted, listener: Listener): Promise<WordVectors>;
}

/** Word vectors that were read. */
export interface WordVectors {
  table: VectorTable;
  /** Words in the file. */
  total: number;
  /** For words that have no vector of their own; null where the file has no n-grams. */
  subwords: Subwords | null;
  /** sha256 of the file as stored, in hex. */
  sha256: string;
}

type Read = Omit<WordVectors, 'subwords' | 'sha256'> & { subwords?: Subwords | null };

/**
 * Looks at a file of word vectors: GloVe's text, word2vec's text (fastText's `.vec`) or binary form, or a fastText model
 * (`.bin`), gzip or plain. Throws `data` where it is none of these.
 */
export async function openVectors(path: string): Promise<VectorFile> {
  const reader = await readerOf(path);
  try {
    const { format, dim, read } = await lookAt(reader.reader);
    return {
      path,
      format,
      dim,
      async read(wanted, listener) {
        const { reader, digest } = await readerOf(path);
        try {
          const found = await read(reader, wanted, listener);
          return { subwords: null, ...found, sha256: digest() };
        } finally {
          await reader.close();
        }
      },
    };
  } finally {
    await reader.reader.close();
  }
}

async function readerOf(path: string) {
  if (path === '-')
    throw new MaasError('usage', 'word vectors are read from a file, not from standard input');
  const bytes = await openBytes(path, 'a file of word vectors');
  return { reader: new ByteReader(path, bytes.pieces()), digest: bytes.digest };
}

async function lookAt(reader: ByteReader): Promise<{
  format: VectorFormat;
  dim: number;
  read(reader: ByteReader, wanted: Wanted, listener: Listener): Promise<Read>;
}> {
  if (!(await reader.has(1))) throw reader.fault('it is empty, expected word vectors');
  if ((await reader.has(4)) && reader.ready.readInt32LE(0) === FASTTEXT_MAGIC) {
    const { dim } = await readDictionary(reader, () => {});
    return { format: 'fastText model', dim, read: readFastText };
  }
  const layout = await textLayout(reader);
  const { header, words, dim } = layout;
  if (header && (await isBinary(reader, dim))) {
    return {
      format: 'word2vec binary',
      dim,
      read: (reader, ...rest) => readWord2vecBinary(reader, words!, dim, ...rest),
    };
  }
  return {
    format: header ? 'word2vec text' : 'GloVe text',
    dim,
    read: (reader, ...rest) => readText(reader, layout, ...rest),
  };
}

/** Whether behind the header and the first word bytes stand that no text of numbers has. */
async function isBinary(reader: ByteReader, dim: number): Promise<boolean> {
  await reader.has(1 << 16);
  const bytes = reader.ready;
  const space = bytes.indexOf(0x20, bytes.indexOf(0x0a) + 1);
  if (space < 0) return false;
  const numbers = bytes.subarray(space + 1, space + 1 + 4 * dim);
  const line = numbers.indexOf(0x0a);
  const isText = (part: Buffer) => /^[-+.\deE \rnaifNAIF]*$/.test(part.toString('latin1'));
  return !isText(line < 0 ? numbers : numbers.subarray(0, line));
}
