import { once } from 'node:events';
import { open, realpath, rename, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { MaasError } from '../errors.js';
import { makeFolder } from '../store/artifact.js';
import { asidePath, discard, settled } from '../store/aside.js';

/** Where rows go: standard output, or a file that appears only when it is whole. */
export interface Output {
  /** Waits where the reader is slower. Throws `failed` where it cannot be written, on a full disk for one. */
  write(text: string): Promise<void>;
  /** Writes the last of it. */
  close(text: string): Promise<void>;
  /** Gives up: a file is not written. */
  discard(): Promise<void>;
}

const standardOutput: Output = {
  async write(text) {
    if (text !== '' && !process.stdout.write(text)) await once(process.stdout, 'drain');
  },
  close: (text) => standardOutput.write(text),
  discard: async () => {},
};

/** UTF-16 units that are written at once, while the next ones are made. */
const WORTH_WRITING = 1 << 18;

/**
 * Opens the file, or standard output without one. What is there and is no plain file (a pipe, a device) is written
 * to as it is; a link stays a link. Throws `usage` for what cannot be written.
 */
export async function openOutput(named: string | undefined): Promise<Output> {
  if (named === undefined) return standardOutput;
  const path = await realpath(named).catch(() => resolve(named));
  const there = await stat(path).catch(() => undefined);
  if (there?.isDirectory()) throw new MaasError('usage', `${named} is a directory, expected a file to write`);
  await makeFolder(dirname(path));
  const aside = there && !there.isFile() ? undefined : asidePath(path);
  const refused = (code: 'usage' | 'failed') => (cause: NodeJS.ErrnoException) => {
    throw new MaasError(code, `${named} cannot be written (${cause.code})`, { cause });
  };
  const file = await open(aside ?? path, 'w').catch(refused('usage'));
  let waiting: string[] = [];
  let units = 0;
  let writing: Promise<void> = Promise.resolve();
  /** Begins to write what waits, once what was begun before is written. */
  const flush = async () => {
    const text = waiting.join('');
    waiting = [];
    units = 0;
    await writing;
    writing = file.writeFile(text).catch(refused('failed'));
    // told by whoever waits for it
    writing.catch(() => {});
  };
  return {
    async write(text) {
      waiting.push(text);
      units += text.length;
      if (units >= WORTH_WRITING) await flush();
    },
    async close(text) {
      waiting.push(text);
      await flush();
      await writing;
      if (aside !== undefined) await file.sync().catch(refused('failed'));
      await file.close();
      if (aside === undefined) return;
      await rename(aside, path).catch(refused('failed'));
      settled(aside);
    },
    async discard() {
      await writing.catch(() => {});
      await file.close().catch(() => {});
      if (aside !== undefined) await discard(aside);
    },
  };
}
