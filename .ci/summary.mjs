// Prints "N passed, N failed, N skipped" from vitest's JSON reports; the checks of types and lint, and the
// installation of devices, count as one each.
import { readFileSync } from 'node:fs';

const [checks, devices, ...reports] = process.argv.slice(2);
let passed = 0;
let failed = 0;
let skipped = 0;
for (const report of reports) {
  try {
    const { numPassedTests, numFailedTests, numPendingTests, numFailedTestSuites } = JSON.parse(
      readFileSync(report, 'utf8'),
    );
    passed += numPassedTests;
    // a file that cannot even be loaded fails without a test
    failed += numFailedTests || numFailedTestSuites;
    skipped += numPendingTests;
    if (numPassedTests === 0) failed++;
  } catch (error) {
    console.error(`there is no test report: ${error.message}`);
    failed++;
  }
}
for (const outcome of [checks, devices]) {
  if (outcome === '0') passed++;
  else failed++;
}
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exitCode = failed === 0 ? 0 : 1;
