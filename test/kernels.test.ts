import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';
import { expect, test } from 'vitest';
// @ts-expect-error: a script without types
import { compileKernel, kernels } from '../scripts/kernels.mjs';
import { temporaryFolder } from './support/temp.js';

const folder = temporaryFolder();
const root = fileURLToPath(new URL('..', import.meta.url));

test.each(kernels as { source: string; target: string; flags: string[] }[])(
  '$target is what its source compiles to',
  async (kernel) => {
    const target = join(folder.path, 'again.wasm');
    await compileKernel(asc, { ...kernel, target });
    expect(readFileSync(target).equals(readFileSync(join(root, kernel.target)))).toBe(true);
  },
  60_000,
);
