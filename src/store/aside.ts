import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

const unfinished = new Set<string>();

/** A path beside `target`, of which `discardUnfinished` knows until it has been renamed or removed. */
export function asidePath(target: string): string {
  const path = join(
    dirname(target),
    `.${basename(target)}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`,
  );
  unfinished.add(path);
  return path;
}

/** Removes everything that is being written, at once: for the moment before the process ends. */
export function discardUnfinished(): void {
  for (const path of unfinished) rmSync(path, { recursive: true, force: true });
  unfinished.clear();
}

/** Tells that what was written aside now stands in its place. */
export function settled(path: string): void {
  unfinished.delete(path);
}

/** Removes what was written aside and will not be used. */
export async function discard(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true });
  unfinished.delete(path);
}

/** Writes a file so that its name holds the old content or the new, never half. */
export async function writeFileAside(target: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  const aside = asidePath(target);
  try {
    await writeDurably(aside, content);
    await rename(aside, target);
    settled(aside);
  } catch (error) {
    await discard(aside);
    throw error;
  }
}

/** Writes a file and waits until the disk has it. */
export async function writeDurably(path: string, content: string | Uint8Array): Promise<void> {
  const file = await open(path, 'w');
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

/**
 * Puts the folder `aside` in the place of `target`, which may be there already: the old one steps aside first and
 * is removed once the new one stands.
 */
export async function replaceFolder(aside: string, target: string): Promise<void> {
  const old = asidePath(target);
  const there = await rename(target, old).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false;
      throw error;
    },
  );
  await rename(aside, target).catch(async (error) => {
    if (there) await rename(old, target);
    settled(old);
    throw error;
  });
  settled(aside);
  await discard(old);
}
