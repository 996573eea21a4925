import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Device, openDevice } from '../../src/compute/index.js';
import { minimizeLbfgs } from '../../src/models/lbfgs.js';

let device: Device;
let tensors: number;
beforeEach(async () => {
  device = await openDevice('cpu');
  tensors = device.tf.memory().numTensors;
});
afterEach(() => {
  expect(device.tf.memory().numTensors).toBe(tensors);
});

type Plain = (x: Float32Array, gradient: Float32Array) => number;

/** Minimises a function of plain arrays. */
async function minimize(
  f: Plain,
  start: Float32Array,
  options: { tolerance: number; maxIterations: number },
) {
  const space = device.vectors(start.length);
  const x = space.zeros();
  const write = (to: typeof x, values: Float32Array) => {
    const vector = space.from(values);
    space.combine(to, [1], [vector]);
    vector.dispose();
  };
  write(x, start);
  const gradientOf = new Float32Array(start.length);
  const result = await minimizeLbfgs(
    space,
    async (at, gradient) => {
      const value = f(await space.read(at), gradientOf);
      write(gradient, gradientOf);
      return value;
    },
    x,
    options,
  );
  const solution = await space.read(x);
  x.dispose();
  return { ...result, x: solution };
}

const rosenbrock: Plain = (x, g) => {
  let value = 0;
  g.fill(0);
  for (let i = 0; i + 1 < x.length; i++) {
    const a = 1 - x[i]!;
    const b = x[i + 1]! - x[i]! * x[i]!;
    value += a * a + 100 * b * b;
    g[i]! += -2 * a - 400 * x[i]! * b;
    g[i + 1]! += 200 * b;
  }
  return value;
};

test("finds the floor of Rosenbrock's valley", async () => {
  const result = await minimize(rosenbrock, new Float32Array(10).fill(-1.2), {
    tolerance: 1e-3,
    maxIterations: 500,
  });
  expect(result.status).toBe('converged');
  for (const x of result.x) expect(x).toBeCloseTo(1, 2);
  expect(result.evaluations).toBeLessThan(200);
});

test('a badly scaled quadratic, longer than one block of memory', async () => {
  const n = 20_000;
  const scale = Float64Array.from({ length: n }, (_, i) => 10 ** ((i / n) * 3 - 2));
  const quadratic: Plain = (x, g) => {
    let value = 1;
    for (let i = 0; i < n; i++) {
      const away = x[i]! - (i % 3);
      g[i] = scale[i]! * away;
      value += 0.5 * scale[i]! * away * away;
    }
    return value;
  };
  const result = await minimize(quadratic, new Float32Array(n), { tolerance: 1e-4, maxIterations: 500 });
  expect(result.status).toBe('converged');
  expect(result.value).toBeCloseTo(1, 4);
});

test.each([1, 1e-4, 1e-8])(
  'the first step finds its length in two evaluations: curvatures of %s',
  async (curvature) => {
    const bowl: Plain = (x, g) => {
      let value = 1;
      for (let i = 0; i < x.length; i++) {
        g[i] = curvature * (x[i]! - 1);
        value += (curvature * (x[i]! - 1) ** 2) / 2;
      }
      return value;
    };
    const tolerance = curvature * 1e-4;
    const result = await minimize(bowl, new Float32Array(10), { tolerance, maxIterations: 10 });
    expect(result.status).toBe('converged');
    for (const x of result.x) expect(x).toBeCloseTo(1, 3);
    expect(result.evaluations).toBeLessThanOrEqual(5);
  },
);

test('a start at the optimum needs one evaluation', async () => {
  const result = await minimize(rosenbrock, new Float32Array(4).fill(1), {
    tolerance: 1e-8,
    maxIterations: 10,
  });
  expect(result).toMatchObject({ status: 'converged', iterations: 0, evaluations: 1 });
});

test('says when the iterations ran out', async () => {
  const result = await minimize(rosenbrock, new Float32Array(10).fill(-1.2), {
    tolerance: 1e-8,
    maxIterations: 3,
  });
  expect(result).toMatchObject({ status: 'max-iterations', iterations: 3 });
});

test('says when no step gets lower, as on a value without digits', async () => {
  const coarse: Plain = (x, g) => {
    g[0] = Math.sign(x[0]!) || 1;
    return Math.round(Math.abs(x[0]!) / 100);
  };
  const result = await minimize(coarse, Float32Array.of(3), { tolerance: 1e-8, maxIterations: 100 });
  expect(result.status).toBe('precision');
});
