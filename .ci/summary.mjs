// Names what failed and prints "N passed, N failed, N skipped" from vitest's JSON reports; the checks of types and
// lint, and the installation of devices, count as one each.
import { readFileSync } from 'node:fs';
import { basename, relative } from 'node:path';

const [checks, devices, tests, ...reports] = process.argv.slice(2);
const failures = [];
let passed = 0;
let skipped = 0;
for (const report of reports) {
  const node = `Node ${basename(report, '.json')}`;
  try {
    const { numPassedTests, numPendingTests, testResults } = JSON.parse(readFileSync(report, 'utf8'));
    passed += numPassedTests;
    skipped += numPendingTests;
    if (numPassedTests === 0) failures.push(`${node}: no test passed`);
    for (const { name, status, message, assertionResults } of testResults) {
      const file = `${node}: ${relative('', name)}`;
      const tried = assertionResults.filter(
        (test) => test.status === 'passed' && test.failureMessages.length > 0,
      );
      for (const test of tried)
        console.log(`SECOND TRY ${file}: ${test.fullName}\n${test.failureMessages.join('\n')}`);
      const broken = assertionResults.filter((test) => test.status === 'failed');
      for (const test of broken)
        failures.push(`${file}: ${test.fullName}\n${test.failureMessages.join('\n')}`);
      // a file that cannot even be loaded fails without a test
      if (status === 'failed' && broken.length === 0) failures.push(`${file}\n${message}`);
    }
  } catch (error) {
    failures.push(`${node}: there is no test report: ${error.message}`);
  }
}
for (const [name, outcome] of Object.entries({ 'types, lint, format or package': checks, devices })) {
  if (outcome === '0') passed++;
  else failures.push(name);
}
if (tests !== '0' && failures.length === 0) failures.push('a run of the tests, though no test of it failed');
for (const failure of failures) console.log(`FAILED ${failure}`);
console.log(`${passed} passed, ${failures.length} failed, ${skipped} skipped`);
process.exitCode = failures.length === 0 ? 0 : 1;
