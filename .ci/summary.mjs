// Prints "N passed, N failed, N skipped" from vitest's JSON report; the checks of types and lint count as one more.
import { readFileSync } from 'node:fs';

const [report, checks] = process.argv.slice(2);
let passed = 0;
let failed = 0;
let skipped = 0;
try {
  const { numPassedTests, numFailedTests, numPendingTests, numFailedTestSuites } = JSON.parse(
    readFileSync(report, 'utf8'),
  );
  passed = numPassedTests;
  // a file that cannot even be loaded fails without a test
  failed = numFailedTests || numFailedTestSuites;
  skipped = numPendingTests;
} catch (error) {
  console.error(`there is no test report: ${error.message}`);
  failed = 1;
}
if (checks === '0') passed++;
else failed++;
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exitCode = failed === 0 && passed > 1 ? 0 : 1;
