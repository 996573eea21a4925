import { mkdir, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { EmbeddingCache } from '../features/sentence/encoder.js';
import type { Listener } from '../progress.js';
import { sha256 } from './artifact.js';
import { asidePath, discard, settled, sweepAside, writeDurably } from './aside.js';
import { decodeSafetensors, encodeSafetensors } from './safetensors.js';

/** Bytes that a cache may hold; of what is more, the segments that were of no use for the longest time go. */
const MOST_BYTES = 4e9;
const SUFFIX = '.safetensors';
/** 32-bit words of a digest. */
const WORDS = 8;

/**
 * Embeddings by the digests of model and text, in segments that are written once: `<folder>/<model>/<digest>.safetensors`
 * with the texts' digests and their rows. No text is in it. What cannot be read or written is done without, and told.
 */
export class EmbeddingFiles implements EmbeddingCache {
  #told = false;

  constructor(
    private readonly folder: string,
    private readonly listener: Listener = {},
    private readonly mostBytes = MOST_BYTES,
  ) {}

  async find(model: string, keys: readonly string[], found: (place: number, row: Float32Array) => void) {
    const wanted = new Map(keys.map((key, place) => [key, place]));
    const home = join(this.folder, model);
    for (const name of await segmentsIn(home)) {
      if (wanted.size === 0) return;
      const path = join(home, name);
      const segment = await readSegment(path, name);
      if (!segment) {
        await this.#attempt(() => rm(path, { force: true }));
        continue;
      }
      const { digests, rows } = segment;
      const dim = rows.length / (digests.length / WORDS);
      let used = false;
      for (let i = 0; i * WORDS < digests.length; i++) {
        const key = hexOf(digests.subarray(i * WORDS, (i + 1) * WORDS));
        const place = wanted.get(key);
        if (place === undefined) continue;
        found(place, rows.subarray(i * dim, (i + 1) * dim));
        wanted.delete(key);
        used = true;
      }
      const now = new Date();
      if (used) await this.#attempt(() => utimes(path, now, now));
    }
  }

  async keep(model: string, keys: readonly string[], rows: Float32Array) {
    const digests = new Uint32Array(keys.length * WORDS);
    keys.forEach((key, i) => {
      for (let w = 0; w < WORDS; w++) {
        digests[i * WORDS + w] = Number.parseInt(key.slice(8 * w, 8 * (w + 1)), 16);
      }
    });
    const bytes = encodeSafetensors({
      digests: { shape: [keys.length, WORDS], data: digests },
      rows: { shape: [keys.length, rows.length / keys.length], data: rows },
    });
    await this.#attempt(async () => {
      const path = join(this.folder, model, sha256(bytes) + SUFFIX);
      await mkdir(dirname(path), { recursive: true });
      await sweepAside(path);
      const aside = asidePath(path);
      try {
        await writeDurably(aside, bytes);
        await rename(aside, path);
        settled(aside);
      } catch (error) {
        await discard(aside);
        throw error;
      }
      await this.#shrink();
    });
  }

  /** Removes segments, those that were of no use for the longest time first, until no more stands there than may. */
  async #shrink(): Promise<void> {
    const models = await readdir(this.folder);
    const paths = await Promise.all(
      models.map(async (model) =>
        (await segmentsIn(join(this.folder, model))).map((name) => join(model, name)),
      ),
    );
    const files = await Promise.all(
      paths.flat().map(async (name) => {
        const path = join(this.folder, name);
        const { size, mtimeMs } = await stat(path);
        return { path, size, mtimeMs };
      }),
    );
    let bytes = files.reduce((sum, { size }) => sum + size, 0);
    for (const { path, size } of files.sort((a, b) => a.mtimeMs - b.mtimeMs)) {
      if (bytes <= this.mostBytes) return;
      await rm(path, { force: true });
      bytes -= size;
    }
  }

  /** Does what the work can do without, and tells once if it cannot be done. */
  async #attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!this.#told) {
        const { code } = error as NodeJS.ErrnoException;
        this.listener.warn?.(`embeddings cannot be kept in ${this.folder} (${code})`);
      }
      this.#told = true;
    }
  }
}

const segmentsIn = async (folder: string): Promise<string[]> =>
  (await readdir(folder).catch(() => [] as string[]))
    .filter((name) => name.endsWith(SUFFIX) && !name.startsWith('.'))
    .sort();

/** Undefined for what is not what was written there. */
async function readSegment(path: string, name: string) {
  const bytes = await readFile(path).catch(() => undefined);
  if (!bytes || sha256(bytes) + SUFFIX !== name) return undefined;
  const { digests, rows } = decodeSafetensors(bytes, path);
  return { digests: digests!.data as Uint32Array, rows: rows!.data as Float32Array };
}

const hexOf = (words: Uint32Array) =>
  Array.from(words, (word) => word.toString(16).padStart(8, '0')).join('');
