import type { DeviceVector, VectorSpace } from '../compute/index.js';

/** Writes the gradient at x into `gradient` and answers with the value. */
export type Objective = (x: DeviceVector, gradient: DeviceVector) => Promise<number>;

export interface LbfgsOptions {
  /**
   * Done when the largest component of the gradient is no larger than this (scipy's `gtol`) and the quadratic
   * model expects less than a hundredth of it, relative to the value, from going on. The gradient alone would stop
   * far from the optimum where many small components point the same way: on long texts up to 6e-4 (relative) above it.
   */
  tolerance: number;
  maxIterations: number;
  /** How many steps the curvature is remembered for. */
  history?: number;
  /** What `tolerance` is compared with, where x is not in the units that it is meant in; the largest component. */
  gradientMax?: (gradient: DeviceVector) => Promise<number>;
  /** Called after each iteration; the minimiser waits for it, so it may also throw to stop. */
  onIteration?: (iteration: number, value: number) => void | Promise<void>;
}

export interface LbfgsResult {
  value: number;
  /** Largest absolute component of the gradient. */
  gradientMax: number;
  iterations: number;
  /** Calls of the objective. */
  evaluations: number;
  /**
   * `converged`: the tolerance is met, and nothing is left to gain. `precision`: the tolerance is not met, and no step
   * lowers the value any more: float32 is used up.
   * `max-iterations`: stopped before.
   */
  status: 'converged' | 'precision' | 'max-iterations';
}

/**
 * Limited-memory BFGS (Nocedal & Wright 2006, algorithm 7.5) with a line search for the strong Wolfe conditions.
 * `x` is the start and is overwritten with the solution. The two-loop recursion runs on the scalar products of the
 * remembered vectors and not on the vectors (Chen, Wang & Zhou 2014), so that an iteration passes over each of them
 * twice.
 */
export async function minimizeLbfgs(
  space: VectorSpace,
  f: Objective,
  x: DeviceVector,
  options: LbfgsOptions,
): Promise<LbfgsResult> {
  const { tolerance, maxIterations, history = 10, onIteration } = options;
  const maxOf = options.gradientMax ?? ((vector: DeviceVector) => space.maxAbs(vector));
  let at = x;
  let next = space.zeros();
  let gradient = space.zeros();
  let nextGradient = space.zeros();
  let direction = space.zeros();
  const memory = new CurvatureMemory(space, history);
  try {
    let value = await f(at, gradient);
    let evaluations = 1;
    let iterations = 0;
    await memory.restart(gradient);
    const ended = async (status?: LbfgsResult['status']): Promise<LbfgsResult> => {
      if (at !== x) space.combine(x, [1], [at]);
      const gradientMax = await maxOf(gradient);
      const reached = gradientMax <= tolerance ? 'converged' : 'precision';
      return { value, gradientMax, iterations, evaluations, status: status ?? reached };
    };
    for (;;) {
      let slope = memory.direction(direction, gradient);
      if (!(slope < 0) && memory.size > 0) {
        memory.forget();
        slope = memory.direction(direction, gradient);
      }
      // without a memory of curvature the direction is the gradient, whose length says nothing of what is to gain
      const gain = memory.size > 0 || slope === 0 ? -slope / 2 : Number.POSITIVE_INFINITY;
      const small = 0.01 * tolerance * Math.max(Math.abs(value), tolerance);
      if (gain <= small && (await maxOf(gradient)) <= tolerance) return await ended('converged');
      if (iterations === maxIterations) return await ended('max-iterations');
      const found = await searchLine(
        async (step) => {
          evaluations++;
          space.combine(next, [1, step], [at, direction]);
          const value = await f(next, nextGradient);
          return { step, value, slope: (await space.dots([nextGradient], [direction]))[0]! };
        },
        { step: 0, value, slope },
        memory.size === 0 ? { first: Math.min(1, 1 / Math.sqrt(-slope)), unknown: true } : { first: 1 },
      );
      if (!found) {
        if (memory.size === 0) return await ended();
        memory.forget();
        continue;
      }
      // s·y, without whose positive sign the pair would spoil the direction; the line search sees to it
      if (found.step * (found.slope - slope) > 0) {
        direction = await memory.remember(direction, found.step, gradient, nextGradient);
      } else await memory.restart(nextGradient);
      [at, next] = [next, at];
      [gradient, nextGradient] = [nextGradient, gradient];
      value = found.value;
      iterations++;
      await onIteration?.(iterations, value);
    }
  } finally {
    memory.dispose();
    // x is the caller's: of the two points the other one is ours
    for (const vector of [gradient, nextGradient, direction, at === x ? next : at]) vector.dispose();
  }
}

/**
 * The last steps s and gradient changes y, and all scalar products among them and with the gradient. Kept is the direction of each
 * step, and the change divided by its length: both may be scaled by the same factor, since −H·g does not depend on it.
 */
class CurvatureMemory {
  /** Of each remembered step, oldest first: its direction, and the change of the gradient by its length. */
  readonly #pairs: { s: DeviceVector; y: DeviceVector }[] = [];
  /** Products of the basis s₁ … s_k, y₁ … y_k, g with itself, row by row. */
  #products: number[][] = [];

  constructor(
    private readonly space: VectorSpace,
    private readonly limit: number,
  ) {}

  get size(): number {
    return this.#pairs.length;
  }

  /** Begins at a point with this gradient, without a memory. */
  async restart(gradient: DeviceVector): Promise<void> {
    this.dispose();
    this.#products = [[(await this.space.dots([gradient], [gradient]))[0]!]];
  }

  /** Drops the steps, keeps the gradient. */
  forget(): void {
    this.dispose();
    this.#products = [[this.#products.at(-1)!.at(-1)!]];
  }

  /**
   * Remembers a step of so many times `direction`, which becomes the memory's own, and the change of the gradient from g to
   * nextG. Answers with a vector in the place of `direction`.
   */
  async remember(
    direction: DeviceVector,
    step: number,
    g: DeviceVector,
    nextG: DeviceVector,
  ): Promise<DeviceVector> {
    const oldest = this.#pairs.length === this.limit ? this.#pairs.shift() : undefined;
    if (oldest) this.#products = without(this.#products, [0, this.limit]);
    const spare = oldest?.s ?? this.space.zeros();
    const s = direction;
    const y = oldest?.y ?? this.space.zeros();
    this.space.combine(y, [1 / step, -1 / step], [nextG, g]);
    const k = this.#pairs.length;
    const basis = [...this.#pairs.map((pair) => pair.s), s, ...this.#pairs.map((pair) => pair.y), y, nextG];
    const fresh = await this.space.dots(basis, [s, y, nextG]);
    const [ownS, ownY, ownG] = [k, 2 * k + 1, 2 * k + 2];
    const old = (i: number) => (i < k ? i : i - 1);
    const column = new Map([ownS, ownY, ownG].map((i, c) => [i, c]));
    const product = (i: number, j: number): number => {
      if (column.has(j)) return fresh[3 * i + column.get(j)!]!;
      if (column.has(i)) return fresh[3 * j + column.get(i)!]!;
      return this.#products[old(i)]![old(j)]!;
    };
    this.#products = basis.map((_, i) => basis.map((_, j) => product(i, j)));
    this.#pairs.push({ s, y });
    return spare;
  }

  /** Writes −H·g by the two-loop recursion (algorithm 7.4) and answers with its product with g, the slope. */
  direction(out: DeviceVector, gradient: DeviceVector): number {
    const k = this.#pairs.length;
    const products = this.#products;
    const weights = new Array<number>(2 * k + 1).fill(0);
    weights[2 * k] = -1;
    const times = (i: number) => weights.reduce((sum, weight, j) => sum + weight * products[i]![j]!, 0);
    const alphas: number[] = [];
    for (let i = k - 1; i >= 0; i--) {
      alphas[i] = times(i) / products[i]![k + i]!;
      weights[k + i]! -= alphas[i]!;
    }
    if (k > 0) {
      const scale = products[k - 1]![2 * k - 1]! / products[2 * k - 1]![2 * k - 1]!;
      for (let j = 0; j < weights.length; j++) weights[j]! *= scale;
    }
    for (let i = 0; i < k; i++) weights[i]! += alphas[i]! - times(k + i) / products[i]![k + i]!;
    const basis = [...this.#pairs.map(({ s }) => s), ...this.#pairs.map(({ y }) => y), gradient];
    this.space.combine(out, weights, basis);
    return times(2 * k);
  }

  dispose(): void {
    for (const { s, y } of this.#pairs) {
      s.dispose();
      y.dispose();
    }
    this.#pairs.length = 0;
  }
}

/** A square table without some of its rows and the same columns. */
const without = (table: number[][], gone: number[]) =>
  table.filter((_, i) => !gone.includes(i)).map((row) => row.filter((_, j) => !gone.includes(j)));

interface LinePoint {
  step: number;
  value: number;
  slope: number;
}

const SUFFICIENT_DECREASE = 1e-4;
const CURVATURE = 0.9;
/** Differences of the value below this share of it, the resolution of float32, are noise; there the slopes decide. */
const NOISE = 1e-7;

/** How much further than the last step the next may be: where curvature says how long a step is, and where nothing does. */
const FURTHER = 10;
const MUCH_FURTHER = 1e5;

/**
 * A step that meets the strong Wolfe conditions (Nocedal & Wright 2006, algorithms 3.5 and 3.6), or, where the
 * value is flat to within noise, the approximate ones (Hager & Zhang 2005). Undefined where none is found.
 * The last point evaluated is the one returned. `unknown`: the first step may be shorter by orders of magnitude than the one looked for, and tells how
 * long that is.
 */
async function searchLine(
  evaluate: (step: number) => Promise<LinePoint>,
  start: LinePoint,
  { first, unknown = false }: { first: number; unknown?: boolean },
): Promise<LinePoint | undefined> {
  const noise = NOISE * Math.abs(start.value);
  const decreases = (p: LinePoint) => p.value <= start.value + SUFFICIENT_DECREASE * p.step * start.slope;
  const accepts = (p: LinePoint) =>
    Math.abs(p.slope) <= -CURVATURE * start.slope &&
    (decreases(p) ||
      (p.value <= start.value + noise && p.slope <= (2 * SUFFICIENT_DECREASE - 1) * start.slope));
  const tooFar = (p: LinePoint, best: LinePoint) =>
    !Number.isFinite(p.value) ||
    (p.value > start.value + noise && !decreases(p)) ||
    p.value > best.value + noise;

  let low = start;
  let high: LinePoint | undefined;
  let step = first;
  for (let tries = 0; tries < 30; tries++) {
    const point = await evaluate(step);
    if (accepts(point)) return point;
    if (high === undefined) {
      if (tooFar(point, low)) {
        high = point;
      } else if (point.slope >= 0) {
        high = low;
        low = point;
      } else {
        // a short step changes the value by less than float32 can tell exactly, so that only slopes say how far to go
        const further = unknown ? secant(low, point) : interpolate(low, point);
        low = point;
        step = Math.min(
          Math.max(further > step ? further : 0, 2 * step),
          (unknown ? MUCH_FURTHER : FURTHER) * step,
        );
        continue;
      }
    } else if (tooFar(point, low)) {
      high = point;
    } else {
      if (point.slope * (high.step - low.step) >= 0) high = low;
      low = point;
    }
    const width = Math.abs(high.step - low.step);
    if (!(width > 1e-12 * Math.max(low.step, high.step))) return undefined;
    const nearest = Math.min(low.step, high.step) + 0.1 * width;
    const guess = Number.isFinite(high.value) ? interpolate(low, high) : Number.NaN;
    step = Number.isFinite(guess)
      ? Math.min(Math.max(guess, nearest), nearest + 0.8 * width)
      : (low.step + high.step) / 2;
  }
  return undefined;
}

/** Where the slope is 0 if it goes on changing as from a to b. */
const secant = (a: LinePoint, b: LinePoint) => b.step - (b.slope * (b.step - a.step)) / (b.slope - a.slope);

/** The minimum of the cubic through both points with their slopes (Nocedal & Wright 2006, equation 3.59). */
function interpolate(a: LinePoint, b: LinePoint): number {
  const d1 = a.slope + b.slope - (3 * (a.value - b.value)) / (a.step - b.step);
  const d2 = Math.sign(b.step - a.step) * Math.sqrt(d1 * d1 - a.slope * b.slope);
  return b.step - ((b.step - a.step) * (b.slope + d2 - d1)) / (b.slope - a.slope + 2 * d2);
}
