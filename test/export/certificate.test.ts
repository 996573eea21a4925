import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { type Certificate, largestDelta } from '../../src/export/certificate.js';
import { sha256 } from '../../src/store/artifact.js';
import { exportModel } from '../../src/tasks/export.js';
import { resolveSettings } from '../../src/tasks/presets.js';
import { train } from '../../src/tasks/train.js';
import { verifyExport } from '../../src/tasks/verify-export.js';
import { temporaryFolder, tickets } from '../support/temp.js';

const folder = temporaryFolder();
const store = join(folder.path, 'store');
const out = join(folder.path, 'export');

beforeAll(async () => {
  await train({ data: [tickets], store, name: 'tickets', settings: resolveSettings({ C: 1 }) });
});

/** Changes a file of the export; `listed` makes its digest right again. */
function change(name: string, make: (text: string) => string, listed: boolean): void {
  const text = make(readFileSync(join(out, name), 'utf8'));
  writeFileSync(join(out, name), text);
  if (!listed) return;
  const path = join(out, 'manifest.json');
  const manifest = JSON.parse(readFileSync(path, 'utf8'));
  manifest.files[name].sha256 = sha256(text);
  writeFileSync(path, JSON.stringify(manifest));
}

test.each(['js', 'tfjs'] as const)('%s is verified without its version', async (format) => {
  const { check } = await exportModel({ store, format, output: out });
  const verified = await verifyExport({ folder: out });
  expect(verified).toEqual({ path: out, model: 'tickets', version: 1, format, check });
});

test('a changed file is found by its digest', async () => {
  await exportModel({ store, format: 'js', output: out });
  change('model.js', (text) => `${text} `, false);
  await expect(verifyExport({ folder: out })).rejects.toMatchObject({ code: 'artifact' });
});

test('other scores are found whatever the digests say, above the tolerance that the certificate states', async () => {
  await exportModel({ store, format: 'js', output: out });
  const moved = (by: number, tolerance: number) => (text: string) => {
    const certificate = JSON.parse(text) as Certificate;
    certificate.scores[3]![1]! += by;
    return JSON.stringify({ ...certificate, tolerance });
  };
  change('certificate.json', moved(1e-3, 1e-5), true);
  await expect(verifyExport({ folder: out })).rejects.toMatchObject({
    code: 'failed',
    details: { maxAbsDelta: expect.closeTo(1e-3, 6) },
  });
  change('certificate.json', moved(0, 2e-3), true);
  const { check } = await verifyExport({ folder: out });
  expect(check).toMatchObject({ tolerance: 2e-3, maxAbsDelta: expect.closeTo(1e-3, 6) });
});

test('what nothing can be held to, and what does not run, is no success', async () => {
  await exportModel({ store, format: 'js', output: out });
  const without = (part: object) => (text: string) => JSON.stringify({ ...JSON.parse(text), ...part });
  for (const part of [{ texts: [], scores: [] }, { tolerance: null }, { exported: [[1]] }]) {
    const whole = readFileSync(join(out, 'certificate.json'), 'utf8');
    change('certificate.json', without(part), true);
    await expect(verifyExport({ folder: out })).rejects.toMatchObject({
      code: 'artifact',
      message: expect.stringContaining('certificate.json is damaged'),
    });
    change('certificate.json', () => whole, true);
  }
  change('model.js', (text) => text.slice(0, text.length / 2), true);
  await expect(verifyExport({ folder: out })).rejects.toMatchObject({
    code: 'failed',
    message: expect.stringContaining(`${out} cannot be run: `),
  });
  change('certificate.json', (text) => text.slice(0, 100), true);
  await expect(verifyExport({ folder: out })).rejects.toMatchObject({
    code: 'artifact',
    message: expect.stringContaining('is no certificate'),
  });
});

test('a class or a text that is missing is no small difference', () => {
  const certificate = { labels: ['a', 'b'], scores: [[0.5, 0.5]] } as Certificate;
  expect(largestDelta(certificate, [{ label: 'a', score: 0.5, scores: { a: 0.5 } }])).toBeNaN();
  expect(largestDelta(certificate, [])).toBeNaN();
});
