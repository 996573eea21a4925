import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
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

/** Opens the file, or standard output without one. */
export async function openOutput(path: string | undefined): Promise<Output> {
  if (path !== undefined) await mkdir(dirname(path), { recursive: true });
  const aside = path === undefined ? undefined : asidePath(path);
  const stream = aside === undefined ? process.stdout : createWriteStream(aside);
  let failure: Error | undefined;
  if (aside !== undefined) {
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
      if (aside === undefined) return;
      await new Promise<void>((resolve, reject) => {
        stream.once('error', reject);
        stream.end(resolve);
      });
      await rename(aside, path!);
      settled(aside);
    },
    async discard() {
      if (aside === undefined) return;
      stream.destroy();
      await discard(aside);
    },
  };
}
