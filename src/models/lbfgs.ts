/** Writes the gradient at x into `gradient` and returns the value. */
export type Objective = (x: Float64Array, gradient: Float64Array) => number;

export interface LbfgsOptions {
  /**
   * Done when the largest component of the gradient is no larger than this (scipy's `gtol`) and the quadratic
   * model expects less than a hundredth of it, relative to the value, from going on. The gradient alone would stop
   * far from the optimum where many small components point the same way.
   */
  tolerance: number;
  maxIterations: number;
  /** How many steps the curvature is remembered for. */
  history?: number;
  /** Called after each iteration; the minimiser waits for it, so it may also throw to stop. */
  onIteration?: (iteration: number, value: number, gradientMax: number) => void | Promise<void>;
}

export interface LbfgsResult {
  x: Float64Array;
  value: number;
  /** Largest absolute component of the gradient at x. */
  gradientMax: number;
  iterations: number;
  /** Calls of the objective. */
  evaluations: number;
  /**
   * `converged`: the tolerance is met. `precision`: no step lowers the value any more, float32 is used up.
   * `max-iterations`: stopped before.
   */
  status: 'converged' | 'precision' | 'max-iterations';
}

/**
 * Limited-memory BFGS (Nocedal & Wright 2006, algorithm 7.5) with a line search for the strong Wolfe conditions.
 * `x` is the start and is overwritten.
 */
export async function minimizeLbfgs(
  f: Objective,
  x: Float64Array,
  options: LbfgsOptions,
): Promise<LbfgsResult> {
  const { tolerance, maxIterations, history = 10, onIteration } = options;
  let gradient = new Float64Array(x.length);
  let nextGradient = new Float64Array(x.length);
  const trial = new Float64Array(x.length);
  const memory = new CurvatureMemory(history);
  let value = f(x, gradient);
  let evaluations = 1;
  let iterations = 0;
  let gradientMax = maxAbs(gradient);

  for (;;) {
    let direction = memory.direction(gradient);
    let slope = dot(gradient, direction);
    if (gradientMax <= tolerance && -slope / 2 <= 0.01 * tolerance * Math.abs(value)) {
      return { x, value, gradientMax, iterations, evaluations, status: 'converged' };
    }
    if (iterations === maxIterations)
      return { x, value, gradientMax, iterations, evaluations, status: 'max-iterations' };
    if (!(slope < 0)) {
      memory.forget();
      direction = memory.direction(gradient);
      slope = dot(gradient, direction);
    }
    const first = iterations === 0 ? Math.min(1, 1 / Math.sqrt(dot(gradient, gradient))) / memory.scale : 1;
    const found = searchLine(
      (step) => {
        evaluations++;
        for (let i = 0; i < x.length; i++) trial[i] = x[i]! + step * direction[i]!;
        const at = f(trial, nextGradient);
        return { step, value: at, slope: dot(nextGradient, direction) };
      },
      { step: 0, value, slope },
      first,
    );
    if (!found) {
      if (memory.size > 0) {
        memory.forget();
        continue;
      }
      return { x, value, gradientMax, iterations, evaluations, status: 'precision' };
    }
    memory.remember(x, trial, gradient, nextGradient);
    x.set(trial);
    [gradient, nextGradient] = [nextGradient, gradient];
    value = found.value;
    gradientMax = maxAbs(gradient);
    iterations++;
    await onIteration?.(iterations, value, gradientMax);
  }
}

/** The last steps s and gradient changes y, in float32: they steer the search, they do not enter the result. */
class CurvatureMemory {
  readonly #pairs: { s: Float32Array; y: Float32Array; rho: number }[] = [];
  /** sᵀy / yᵀy of the newest pair: the length of the first guess at the inverse Hessian. */
  scale = 1;

  constructor(private readonly limit: number) {}

  get size(): number {
    return this.#pairs.length;
  }

  forget(): void {
    this.#pairs.length = 0;
    this.scale = 1;
  }

  remember(x: Float64Array, nextX: Float64Array, g: Float64Array, nextG: Float64Array): void {
    const recycled = this.#pairs.length === this.limit ? this.#pairs.shift() : undefined;
    const s = recycled?.s ?? new Float32Array(x.length);
    const y = recycled?.y ?? new Float32Array(x.length);
    let sy = 0;
    let yy = 0;
    for (let i = 0; i < x.length; i++) {
      const si = nextX[i]! - x[i]!;
      const yi = nextG[i]! - g[i]!;
      s[i] = si;
      y[i] = yi;
      sy += si * yi;
      yy += yi * yi;
    }
    // without positive curvature the pair would spoil the direction
    if (sy <= 1e-12 * yy) return;
    this.#pairs.push({ s, y, rho: 1 / sy });
    this.scale = sy / yy;
  }

  /** −H·g by the two-loop recursion (algorithm 7.4). */
  direction(g: Float64Array): Float64Array {
    const q = new Float64Array(g.length);
    for (let i = 0; i < g.length; i++) q[i] = -g[i]!;
    const alphas: number[] = [];
    for (let p = this.#pairs.length - 1; p >= 0; p--) {
      const { s, y, rho } = this.#pairs[p]!;
      const alpha = rho * dot(q, s);
      alphas[p] = alpha;
      for (let i = 0; i < q.length; i++) q[i]! -= alpha * y[i]!;
    }
    if (this.scale !== 1) for (let i = 0; i < q.length; i++) q[i]! *= this.scale;
    for (let p = 0; p < this.#pairs.length; p++) {
      const { s, y, rho } = this.#pairs[p]!;
      const beta = alphas[p]! - rho * dot(q, y);
      for (let i = 0; i < q.length; i++) q[i]! += beta * s[i]!;
    }
    return q;
  }
}

interface LinePoint {
  step: number;
  value: number;
  slope: number;
}

const SUFFICIENT_DECREASE = 1e-4;
const CURVATURE = 0.9;
/** Differences of the value below this share of it are float32 noise; there the slopes decide. */
const NOISE = 2e-8;

/**
 * A step that meets the strong Wolfe conditions (Nocedal & Wright 2006, algorithms 3.5 and 3.6), or, where the
 * value is flat to within noise, the approximate ones (Hager & Zhang 2005). Undefined where none is found.
 * The last point evaluated is the one returned.
 */
function searchLine(
  evaluate: (step: number) => LinePoint,
  start: LinePoint,
  first: number,
): LinePoint | undefined {
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
    const point = evaluate(step);
    if (accepts(point)) return point;
    if (high === undefined) {
      if (tooFar(point, low)) {
        high = point;
      } else if (point.slope >= 0) {
        high = low;
        low = point;
      } else {
        const further = interpolate(low, point);
        low = point;
        step = Math.min(Math.max(further > step ? further : 0, 2 * step), 10 * step);
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
    step = guess >= nearest && guess <= nearest + 0.8 * width ? guess : (low.step + high.step) / 2;
  }
  return undefined;
}

/** The minimum of the cubic through both points with their slopes (Nocedal & Wright 2006, equation 3.59). */
function interpolate(a: LinePoint, b: LinePoint): number {
  const d1 = a.slope + b.slope - (3 * (a.value - b.value)) / (a.step - b.step);
  const d2 = Math.sign(b.step - a.step) * Math.sqrt(d1 * d1 - a.slope * b.slope);
  return b.step - ((b.step - a.step) * (b.slope + d2 - d1)) / (b.slope - a.slope + 2 * d2);
}

function dot(a: Float64Array, b: Float64Array | Float32Array): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let i = 0;
  for (; i + 3 < a.length; i += 4) {
    s0 += a[i]! * b[i]!;
    s1 += a[i + 1]! * b[i + 1]!;
    s2 += a[i + 2]! * b[i + 2]!;
    s3 += a[i + 3]! * b[i + 3]!;
  }
  for (; i < a.length; i++) s0 += a[i]! * b[i]!;
  return s0 + s1 + (s2 + s3);
}

function maxAbs(a: Float64Array): number {
  let max = 0;
  for (let i = 0; i < a.length; i++) max = Math.max(max, Math.abs(a[i]!));
  return max;
}
