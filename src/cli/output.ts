import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { realpath, rename, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { MaasError } from '../errors.js';
import { makeFolder } from '../store/artifact.js';
import { asidePath, discard, settled } from '../store/aside.js';

/** Where rows go: standard output, or a file that appears only when it is whole. */
export interface Output {
  /** Waits where the reader is slower. */
  write(text: string): Promise<void>;
  /** Writes the last of it. */
  close(text: string): Promise<void>;
  /** Gives up: a file is not written. */
  discard(): Promise<void>;
}

/**
 * Opens the file, or standard output without one. What is there and is no plain file (a pipe, a device) is written
 * to as it is; a link stays a link. Throws `usage` for what cannot be written.
 */
export async function openOutput(named: string | undefined): Promise<Output> {
  const path = named === undefined ? undefined : await realpath(named).catch(() => resolve(named));
  const there = path === undefined ? undefined : await stat(path).catch(() => undefined);
  if (there?.isDirectory()) throw new MaasError('usage', `${named} is a directory, expected a file to write`);
  if (path !== undefined) await makeFolder(dirname(path));
  const aside = path === undefined || (there && !there.isFile()) ? undefined : asidePath(path);
  const stream = path === undefined ? process.stdout : createWriteStream(aside ?? path);
  let failure: Error | undefined;
  if (path !== undefined) {
    stream.on('error', (error: Error) => {
      failure = error;
    });
  }
  const write = async (text: string) => {
    if (failure) throw failure;
    if (text !== '' && !stream.write(text)) await once(stream, 'drain');
  };
  return {
    write,
    async close(text) {
      await write(text);
      if (path === undefined) return;
      await new Promise<void>((resolve, reject) => {
        stream.once('error', reject);
        stream.end(resolve);
      });
      if (aside === undefined) return;
      await rename(aside, path);
      settled(aside);
    },
    async discard() {
      if (aside === undefined) return;
      stream.destroy();
      await discard(aside);
    },
  };
}
