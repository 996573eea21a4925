import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { MaasError } from '../errors.js';

/** `-` as a file name means standard input. */
export const STDIN = '-';

/** One input, opened: its bytes in pieces, and their digest once they are read. */
export interface Bytes {
  readonly name: string;
  /** The bytes, unzipped. */
  pieces(): AsyncGenerator<Buffer>;
  /** sha256 of the bytes as stored, in hex; complete after the last piece. */
  digest(): string;
}

/**
 * Opens a file or standard input (`-`). Gzip is known by its first bytes. `expected` says what the file should be.
 * Throws `data` for a missing file and a directory; reading throws it for what cannot be read or unpacked.
 */
export async function openBytes(
  path: string,
  expected: string,
  stdin: Readable = process.stdin,
): Promise<Bytes> {
  const name = path === STDIN ? 'standard input' : path;
  if (path !== STDIN) await checkFile(path, expected);
  const hash = createHash('sha256');
  // opened with the first piece, and closed behind the last
  const open = () => (path === STDIN ? stdin : createReadStream(path, { highWaterMark: 1 << 18 }));
  return {
    name,
    pieces: () => unzip(name, hashed(name, open, hash)),
    digest: () => hash.copy().digest('hex'),
  };
}

/** sha256 of a file's bytes as stored, in hex. */
export async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

async function checkFile(path: string, expected: string): Promise<void> {
  const found = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    const problem = cause.code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${cause.code})`;
    throw new MaasError('data', `${path}: ${problem}`, { details: { file: path }, cause });
  });
  if (found.isDirectory()) {
    throw new MaasError('data', `${path} is a directory, expected ${expected}`, { details: { file: path } });
  }
}

async function* hashed(name: string, open: () => Readable, hash: Hash): AsyncGenerator<Buffer> {
  try {
    for await (const piece of open()) {
      const buffer = Buffer.isBuffer(piece) ? piece : Buffer.from(piece as Uint8Array);
      hash.update(buffer);
      yield buffer;
    }
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === undefined) throw cause;
    throw new MaasError('data', `${name}: it cannot be read (${code})`, { details: { file: name }, cause });
  }
}

/** At least `least` bytes from the start, if there are so many, and all bytes again. */
export async function peek(bytes: AsyncGenerator<Buffer>, least: number) {
  const pieces: Buffer[] = [];
  let length = 0;
  while (length < least) {
    const next = await bytes.next();
    if (next.done) break;
    pieces.push(next.value);
    length += next.value.length;
  }
  const start = Buffer.concat(pieces);
  const all = async function* () {
    try {
      if (start.length > 0) yield start;
      yield* bytes;
    } finally {
      await bytes.return(undefined);
    }
  };
  return { start, all: all() };
}

/** The bytes, unpacked where they begin as gzip does. Throws `data` where that cannot be. */
async function* unzip(name: string, bytes: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  const { start, all } = await peek(bytes, 2);
  if (start[0] !== 0x1f || start[1] !== 0x8b) {
    yield* all;
    return;
  }
  const gunzip = createGunzip({ chunkSize: 1 << 18 });
  // who reads may have had enough, which ends the feeding, too
  const feeding = pipeline(all, gunzip).catch((error) => void gunzip.destroy(error));
  try {
    yield* gunzip as AsyncIterable<Buffer> as AsyncGenerator<Buffer>;
    await feeding;
  } catch (cause) {
    if (cause instanceof MaasError) throw cause;
    throw new MaasError('data', `${name} is damaged: its gzip data cannot be unpacked`, {
      details: { file: name },
      cause,
    });
  }
}
