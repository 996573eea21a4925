import { randomBytes } from 'node:crypto';
import { renameSync, rmSync } from 'node:fs';
import { open, readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

const unfinished = new Set<string>();
const writers = new Set<() => void>();

/** Tells how to stop at once who writes aside from another process. Answers with how to forget that. */
export function writtenBy(stop: () => void): () => void {
  writers.add(stop);
  return () => writers.delete(stop);
}

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
  for (const stop of writers) stop();
  for (const path of unfinished) {
    try {
      // writes that are under way may put a file into a folder while it is being removed
      rmSync(path, { recursive: true, force: true, maxRetries: 20, retryDelay: 20 });
    } catch {
      // the process is about to end; a folder that resists is left, under a name that nothing reads
    }
  }
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

/** Removes what processes that are gone have left beside `target`: a kill gives nobody the time to tidy up. */
export async function sweepAside(target: string): Promise<void> {
  const [folder, name] = [dirname(target), basename(target)];
  for (const entry of await readdir(folder).catch(() => [])) {
    const [, pid] = entry.startsWith(`.${name}.`) ? (/\.(\d+)-[0-9a-f]{8}\.tmp$/.exec(entry) ?? []) : [];
    if (pid === undefined || isAlive(Number(pid))) continue;
    await rm(join(folder, entry), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
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
 * Puts the folder `aside` in the place of the folder `target`, of an older one too, and removes that. The two
 * renames happen in one go, so that no signal comes between them.
 */
export async function replaceFolder(aside: string, target: string): Promise<void> {
  const old = asidePath(target);
  const there = tryRename(target, old);
  try {
    renameSync(aside, target);
  } catch (error) {
    if (there) renameSync(old, target);
    settled(old);
    throw error;
  }
  settled(aside);
  await discard(old);
}

/** True where there was something to rename. */
function tryRename(from: string, to: string): boolean {
  try {
    renameSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

/**
 * Moves everything in `aside` into the folder `target`, `last` at the end: what marks it as complete. A failure takes
 * back what was moved.
 */
export async function fillFolder(aside: string, target: string, last: string): Promise<void> {
  const names = (await readdir(aside)).filter((name) => name !== last);
  const moved: string[] = [];
  try {
    for (const name of [...names, last]) {
      renameSync(join(aside, name), join(target, name));
      moved.push(name);
    }
  } catch (error) {
    for (const name of moved) rmSync(join(target, name), { recursive: true, force: true });
    throw error;
  }
  await discard(aside);
}
