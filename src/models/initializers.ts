import type { Random } from '../random.js';

/** Weights from −a to a, a = √(6 / (inputs + units)) (Glorot & Bengio 2010): row-major [inputs, units]. */
export const glorotUniform = (inputs: number, units: number, random: Random): Float32Array =>
  uniform(inputs * units, Math.sqrt(6 / (inputs + units)), random);

/** So many weights from −limit to limit. */
export function uniform(length: number, limit: number, random: Random): Float32Array {
  const weights = new Float32Array(length);
  for (let w = 0; w < length; w++) weights[w] = limit * (2 * random() - 1);
  return weights;
}

/**
 * Rows that stand at right angles and have the length 1 (Saxe et al. 2014), no more of them than columns: normal numbers,
 * from which the parts along the rows before are taken away (Gram & Schmidt).
 */
export function orthogonal(rows: number, columns: number, random: Random): Float32Array {
  const weights = new Float32Array(rows * columns);
  const row = new Float64Array(columns);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) row[c] = normal(random);
    for (let other = 0; other < r; other++) {
      let along = 0;
      for (let c = 0; c < columns; c++) along += row[c]! * weights[other * columns + c]!;
      for (let c = 0; c < columns; c++) row[c]! -= along * weights[other * columns + c]!;
    }
    const length = Math.sqrt(row.reduce((sum, w) => sum + w * w, 0));
    weights.set(
      row.map((w) => w / length),
      r * columns,
    );
  }
  return weights;
}

/** A number of the standard normal distribution (Box & Muller 1958). */
const normal = (random: Random) => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
