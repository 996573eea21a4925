import { readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { MaasError } from '../errors.js';
import { makeFolder } from './artifact.js';
import { asidePath, settled, sweepAside, writeDurably } from './aside.js';
import { decodeWithMetadata, encodeSafetensors } from './safetensors.js';

/** A training between two steps: plain data and arrays by name. */
export interface StoredCheckpoint<P> {
  progress: P;
  arrays: Record<string, Float32Array>;
}

const FORMAT = 'maas-checkpoint 1';
const ANEW = 'train anew without --resume';

/**
 * Where the training of a model puts what it needs to go on: one file in the store, which is there whole or not at all.
 * `fingerprint` stands for everything that the training depends on.
 */
export class CheckpointFile<P> {
  readonly path: string;

  constructor(
    private readonly root: string,
    model: string,
    private readonly fingerprint: string,
  ) {
    this.path = join(root, 'checkpoints', `${model}.safetensors`);
  }

  async save({ progress, arrays }: StoredCheckpoint<P>): Promise<void> {
    await makeFolder(join(this.root, 'checkpoints'));
    const tensors = Object.fromEntries(
      Object.entries(arrays).map(([name, data]) => [name, { shape: [data.length], data }]),
    );
    const { fingerprint } = this;
    const metadata = { format: FORMAT, fingerprint, progress: JSON.stringify(progress) };
    const aside = asidePath(this.path);
    await writeDurably(aside, encodeSafetensors(tensors, metadata));
    await rename(aside, this.path);
    settled(aside);
  }

  /** What was saved last; undefined where nothing is. Throws `artifact` for what another training saved. */
  async load(): Promise<StoredCheckpoint<P> | undefined> {
    const bytes = await readFile(this.path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    if (!bytes) return undefined;
    const { tensors, metadata } = this.#decoded(bytes);
    if (metadata.format !== FORMAT) {
      throw new MaasError('artifact', `${this.path} is no checkpoint of this maas`, { hint: ANEW });
    }
    if (metadata.fingerprint !== this.fingerprint) {
      throw new MaasError(
        'artifact',
        `${this.path} was left by a training with other data, settings or another device`,
        { hint: `repeat that command with --resume, or ${ANEW}` },
      );
    }
    const arrays = Object.entries(tensors).map(([name, { data }]) => [name, data as Float32Array] as const);
    return { progress: JSON.parse(metadata.progress!) as P, arrays: Object.fromEntries(arrays) };
  }

  /** Removes it, and what killed processes left beside it. */
  async remove(): Promise<void> {
    await rm(this.path, { force: true });
    await sweepAside(this.path);
  }

  #decoded(bytes: Uint8Array) {
    try {
      return decodeWithMetadata(bytes, this.path);
    } catch (cause) {
      if (!(cause instanceof MaasError)) throw cause;
      throw new MaasError('artifact', cause.message, { hint: ANEW, cause });
    }
  }
}
