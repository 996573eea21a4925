// How time and memory grow with the rows: trains on generated texts whose words are as unlike in frequency as real ones.
// usage: npm run bench:growth [-- ROWS ROWS …]   (50000 150000 500000 1500000 5000000 if none are given)
import { spawnSync } from 'node:child_process';
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { seededRandom } from '../dist/random.js';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const given = process.argv.slice(2).map(Number);
const sizes = given.length > 0 ? given : [50_000, 150_000, 500_000, 1_500_000, 5_000_000];
const VOCABULARY = 200_000;
const WORDS = 12;

/** Lines of a CSV: words drawn log-uniformly by rank (Zipf's law), a label that leans on some of them. */
function* lines(rows) {
  const random = seededRandom(rows);
  yield 'text,label\n';
  let piece = '';
  for (let r = 0; r < rows; r++) {
    let lean = 0;
    for (let w = 0; w < WORDS; w++) {
      const rank = Math.floor(VOCABULARY ** random());
      lean += (Math.imul(rank, 0x9e3779b1) >> 24) / 128;
      piece += `${w > 0 ? ' ' : ''}w${rank.toString(36)}`;
    }
    piece += lean + random() - 0.5 > 0 ? ',yes\n' : ',no\n';
    if (piece.length > 1 << 20) {
      yield piece;
      piece = '';
    }
  }
  yield piece;
}

const folder = mkdtempSync(join(tmpdir(), 'maas-growth-'));
console.log('| rows | seconds | µs a row | passes | features | non-zeros | MB (peak) | expected MB |');
console.log('| --- | --- | --- | --- | --- | --- | --- | --- |');
try {
  for (const rows of sizes) {
    const file = join(folder, 'rows.csv');
    await pipeline(lines(rows), createWriteStream(file));
    const args = ['--require', here('./rss.cjs'), here('../bin/maas.js'), 'train', file];
    const from = performance.now();
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [...args, '--preset', 'sklearn', '--store', join(folder, 'store'), '--json', '--quiet'],
      { encoding: 'utf8', maxBuffer: 1 << 26 },
    );
    if (status !== 0) throw new Error(stderr);
    const seconds = (performance.now() - from) / 1000;
    const { fit, features, needs } = JSON.parse(stdout);
    const megabytes = Number(/RSS (\d+)/.exec(stderr)[1]) / 1024;
    const cells = [
      rows.toLocaleString('en-US'),
      seconds.toFixed(2),
      ((seconds / rows) * 1e6).toFixed(2),
      fit.evaluations,
      features.toLocaleString('en-US'),
      needs.nonZeros.toLocaleString('en-US'),
      megabytes.toFixed(0),
      (needs.bytes / 2 ** 20).toFixed(0),
    ];
    console.log(`| ${cells.join(' | ')} |`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
