import type { Random } from '../random.js';

/**
 * A number drawn from the binomial distribution of `n` tries with probability `p`, exactly: by inversion where few hits are
 * expected, else by transformed rejection (Hörmann 1993, BTRS), whose cost does not grow with `n`.
 */
export function binomial(n: number, p: number, random: Random): number {
  if (p > 0.5) return n - binomial(n, 1 - p, random);
  if (n === 0 || p <= 0) return 0;
  return n * p < 10 ? byInversion(n, p, random) : byRejection(n, p, random);
}

function byInversion(n: number, p: number, random: Random): number {
  const odds = p / (1 - p);
  const first = (1 - p) ** n;
  for (;;) {
    let left = random();
    let mass = first;
    for (let k = 0; k <= n; k++) {
      if (left <= mass) return k;
      left -= mass;
      mass *= (odds * (n - k)) / (k + 1);
    }
    // what rounding has left of the sum; drawn again
  }
}

function byRejection(n: number, p: number, random: Random): number {
  const q = 1 - p;
  const deviation = Math.sqrt(n * p * q);
  const b = 1.15 + 2.53 * deviation;
  const a = -0.0873 + 0.0248 * b + 0.01 * p;
  const alpha = (2.83 + 5.1 / b) * deviation;
  const mode = Math.floor((n + 1) * p);
  for (;;) {
    const u = random() - 0.5;
    const v = random();
    const us = 0.5 - Math.abs(u);
    const k = Math.floor(((2 * a) / us + b) * u + n * p + 0.5);
    if (us >= 0.07 && v <= 0.92 - 4.2 / b) return k;
    if (!(k >= 0 && k <= n)) continue;
    // the density at k, by that at the mode
    const density =
      (mode + 0.5) * Math.log(((mode + 1) * q) / (p * (n - mode + 1))) +
      (n + 1) * Math.log((n - mode + 1) / (n - k + 1)) +
      (k + 0.5) * Math.log(((n - k + 1) * p) / (q * (k + 1))) +
      tail(mode) +
      tail(n - mode) -
      tail(k) -
      tail(n - k);
    if (Math.log((v * alpha) / (a / (us * us) + b)) <= density) return k;
  }
}

/** What Stirling's formula leaves of ln k!, as a series that is exact to 1e-11 from 10 on. */
function tail(k: number): number {
  if (k < 10) return tails[k]!;
  const square = (k + 1) ** 2;
  return (1 / 12 - (1 / 360 - 1 / 1260 / square) / square) / (k + 1);
}

const tails = [0];
for (let k = 0, logFactorial = 0; k < 10; k++) {
  if (k > 0) logFactorial += Math.log(k);
  tails[k] = logFactorial - (0.5 * Math.log(2 * Math.PI) + (k + 0.5) * Math.log(k + 1) - (k + 1));
}
