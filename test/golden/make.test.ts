import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

/** A Python with scikit-learn: the one named, that of .venv, or the system's. */
const candidates = [
  process.env.MAAS_PYTHON,
  fileURLToPath(new URL('../../.venv/bin/python', import.meta.url)),
  'python3',
];

function python(): string | undefined {
  return candidates.find((path) => {
    if (path === undefined || (path.includes('/') && !existsSync(path))) return false;
    try {
      execFileSync(path, ['-c', 'import sklearn, pandas'], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  });
}

const found = python();
if (!found)
  console.warn('skipped: no Python with scikit-learn and pandas, so the golden numbers are not made again');

test.skipIf(!found)('scikit-learn still makes the golden numbers', () => {
  const make = fileURLToPath(new URL('./make.py', import.meta.url));
  const out = execFileSync(found!, [make, '--check'], { encoding: 'utf8' });
  expect(out).toContain('the golden numbers are those of scikit-learn');
});
