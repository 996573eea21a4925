import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { pythonWith } from '../support/python.js';

const found = pythonWith('sklearn', 'pandas');
if (!found)
  console.warn('skipped: no Python with scikit-learn and pandas, so the golden numbers are not made again');

test.skipIf(!found)('scikit-learn still makes the golden numbers', () => {
  const make = fileURLToPath(new URL('./make.py', import.meta.url));
  const out = execFileSync(found!, [make, '--check'], { encoding: 'utf8' });
  expect(out).toContain('the golden numbers are those of scikit-learn');
});
