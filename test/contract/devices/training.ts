import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { type Device, openDevice } from '../../../src/compute/index.js';
import { readExamples } from '../../../src/data/examples.js';
import type { TfidfVectorizer } from '../../../src/features/tfidf.js';
import { TfidfCollector } from '../../../src/features/tfidf-fit.js';
import { classProbabilities } from '../../../src/models/linear.js';
import { fitLogistic } from '../../../src/models/logistic.js';
import { seededRandom } from '../../../src/random.js';
import type { Csr } from '../../../src/sparse/csr.js';
import { deviceFolder } from '../../support/devices.js';
import { fromSklearn } from '../../support/golden.js';
import { dataSet } from '../../support/sets.js';

interface Problem {
  train: Csr;
  labels: Int32Array;
  test: Csr;
  classes: number;
}

/** A real set as scikit-learn's defaults vectorize it. */
async function problemOf(files: { train: string; test: string }): Promise<Problem> {
  const collector = new TfidfCollector(fromSklearn({}));
  const names: string[] = [];
  const labels: number[] = [];
  await readExamples([files.train], { onBadRow: 'fail' }, ({ text, label }) => {
    collector.add(text);
    if (!names.includes(label)) names.push(label);
    labels.push(names.indexOf(label));
  });
  const every = Uint32Array.from(labels.keys());
  const { vectorizer, vectorize } = (await collector.finish()).fit(every);
  const texts: string[] = [];
  await readExamples([files.test], { onBadRow: 'fail' }, ({ text }) => texts.push(text));
  return {
    train: vectorize(every),
    labels: Int32Array.from(labels),
    test: (vectorizer as TfidfVectorizer).transform(texts),
    classes: names.length,
  };
}

type Fitted = Awaited<ReturnType<typeof fitLogistic>>;

/** Σ log-loss + ‖W‖²/2, in float64 and without a device. */
function objectiveOf({ classifier }: Fitted, { train, labels, classes }: Problem): number {
  const probabilities = classifier.probabilities(train);
  let value = 0;
  labels.forEach((label, r) => {
    value -= Math.log(probabilities[r * classes + label]!);
  });
  for (const weight of classifier.state().coef) value += (weight * weight) / 2;
  return value;
}

const answers = (probabilities: Float64Array, classes: number) =>
  Array.from({ length: probabilities.length / classes }, (_, r) => {
    const row = probabilities.subarray(r * classes, (r + 1) * classes);
    return row.indexOf(Math.max(...row));
  });

/** Probabilities of the rows, their logits computed on a device. */
async function scoreOn(device: Device, { classifier }: Fitted, rows: Csr, classes: number) {
  const { tf } = device;
  const { coef, intercept } = classifier.state();
  const columns = intercept.length;
  const matrix = device.sparseTensor(rows);
  const logits = tf.tidy(() =>
    tf.add(device.sparseMatMul(matrix, tf.tensor2d(coef, [rows.cols, columns])), tf.tensor1d(intercept)),
  );
  const values = await logits.data();
  logits.dispose();
  device.disposeSparse(matrix);
  const out = new Float64Array(rows.rows * classes);
  for (let r = 0; r < rows.rows; r++) {
    const own = Float64Array.from(values.subarray(r * columns, (r + 1) * columns));
    classProbabilities(own, out, r * classes);
  }
  return out;
}

const options = { C: 1, maxIter: 500, tol: 1e-4, classWeight: null };

/** Logistic regression on a device is what it is on wasm, and leaves nothing behind. */
export function trainingContract(device: Device): void {
  const { name } = device;
  describe(`training on ${device.name}`, () => {
    const sets = ['trec6', 'sms_spam'].map((name) => ({ name, files: dataSet(name) }));
    test.for(sets)(
      '$name comes to the same objective and the same answers',
      { timeout: 300_000 },
      async ({ files }, { skip }) => {
        if (!files) return skip('the data set is not beside the project');
        const problem = await problemOf(files);
        const { train, labels, test, classes } = problem;
        const wasm = await openDevice('wasm');
        const expected = await fitLogistic(train, labels, classes, options, wasm);
        // makes this device TensorFlow.js's current one again
        await openDevice(device.name, deviceFolder);
        const before = device.tf.memory().numTensors;
        const found = await fitLogistic(train, labels, classes, options, device);
        expect(device.tf.memory().numTensors).toBe(before);
        expect(found.report.converged).toBe(true);
        const optimum = objectiveOf(expected, problem);
        expect(Math.abs(objectiveOf(found, problem) / optimum - 1)).toBeLessThan(1e-4);
        expect(Math.abs(found.report.objective / optimum - 1)).toBeLessThan(1e-4);
        const answered = answers(found.classifier.probabilities(test), classes);
        expect(answered).toEqual(answers(expected.classifier.probabilities(test), classes));
        const elsewhere = expected.classifier.probabilities(test);
        const here = await scoreOn(device, expected, test, classes);
        const apart = here.reduce((worst, p, i) => Math.max(worst, Math.abs(p - elsewhere[i]!)), 0);
        expect(apart).toBeLessThan(1e-5);
      },
    );

    test('closed and opened again, it computes', async () => {
      device.close();
      const again = await openDevice(name, deviceFolder);
      const { features, labels } = randomProblem();
      const { report } = await fitLogistic(features, labels, 4, { ...options, maxIter: 2 }, again);
      expect(report.iterations).toBe(2);
      expect(again.tf.memory().numTensors).toBe(0);
    });

    test('memory stays flat over 50 fits', async () => {
      const device = await openDevice(name, deviceFolder);
      setFlagsFromString('--expose-gc');
      const collect = runInNewContext('gc') as () => void;
      const { features, labels } = randomProblem();
      const before = device.tf.memory().numTensors;
      const megabytes: number[] = [];
      for (let i = 0; i < 50; i++) {
        await fitLogistic(features, labels, 4, { ...options, maxIter: 4 }, device);
        collect();
        megabytes.push(process.memoryUsage().rss / 2 ** 20);
      }
      expect(device.tf.memory().numTensors).toBe(before);
      expect(device.tf.memory().numBytes).toBeLessThan(1e6);
      // one fit's tensors are 3 MB
      expect(Math.max(...megabytes.slice(40)) - Math.max(...megabytes.slice(0, 15))).toBeLessThan(25);
    }, 120_000);
  });
}

function randomProblem() {
  const random = seededRandom(1);
  const [rows, cols, perRow] = [2000, 4000, 10];
  const indices = new Uint32Array(rows * perRow);
  for (let r = 0; r < rows; r++) {
    const row = new Set<number>();
    while (row.size < perRow) row.add(Math.floor(cols * random() ** 2));
    indices.set(Uint32Array.from(row).sort(), r * perRow);
  }
  const features: Csr = {
    rows,
    cols,
    indptr: Uint32Array.from({ length: rows + 1 }, (_, r) => r * perRow),
    indices,
    values: new Float32Array(rows * perRow).fill(0.3),
  };
  return { features, labels: Int32Array.from({ length: rows }, () => Math.floor(4 * random())) };
}
