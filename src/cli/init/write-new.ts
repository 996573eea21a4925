import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openOutput } from '../output.js';

/**
 * Writes files into a folder, each whole or not at all. One that is there already is kept, unless `force` is set. Throws
 * `usage` for what cannot be written.
 */
export async function writeNew(
  folder: string,
  files: Record<string, string>,
  force: boolean,
): Promise<{ written: string[]; kept: string[] }> {
  const [written, kept]: [string[], string[]] = [[], []];
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    if (!force && existsSync(path)) {
      kept.push(name);
      continue;
    }
    await (await openOutput(path)).close(content);
    written.push(name);
  }
  return { written, kept };
}
