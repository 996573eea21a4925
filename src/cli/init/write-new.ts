import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openOutput } from '../output.js';

/**
 * Writes files into a folder, each whole or not at all. One that is there already, under its own name or one that
 * `stands` for it, is kept, unless `force` is set. Throws `usage` for what cannot be written.
 */
export async function writeNew(
  folder: string,
  files: Record<string, string>,
  { force, stands = {} }: { force: boolean; stands?: Record<string, readonly string[]> },
): Promise<{ written: string[]; kept: string[] }> {
  const [written, kept]: [string[], string[]] = [[], []];
  for (const [name, content] of Object.entries(files)) {
    const there = [name, ...(stands[name] ?? [])].find((each) => existsSync(join(folder, each)));
    if (there !== undefined && (!force || there !== name)) {
      kept.push(there);
      continue;
    }
    await (await openOutput(join(folder, name))).close(content);
    written.push(name);
  }
  return { written, kept };
}
