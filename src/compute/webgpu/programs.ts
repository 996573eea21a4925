import type { TensorInfo } from '@tensorflow/tfjs-core';

/** A compute shader as tfjs's WebGPU backend runs it; the backend declares inputs, `result` and `uniforms`. */
export interface Program {
  variableNames: string[];
  outputShape: number[];
  /** Names the code, for the cache of compiled programs. */
  shaderKey: string;
  dispatchLayout: { x: number[] };
  /** Workgroups; the backend spreads them over three dimensions where they are too many for one. */
  dispatch: [number, number, number];
  workgroupSize: [number, number, number];
  /** Declarations of further uniforms, whose values are given with each run. */
  uniforms?: string;
  getUserCode(): string;
}

const GROUP = 64;

/** `threads` threads side by side, none of which waits for another. */
const elementwise = (
  shaderKey: string,
  variableNames: string[],
  outputShape: number[],
  threads: number,
  code: string,
): Program => ({
  variableNames,
  outputShape,
  shaderKey: `maas_${shaderKey}`,
  dispatchLayout: { x: outputShape.map((_, axis) => axis) },
  dispatch: [Math.ceil(threads / GROUP), 1, 1],
  workgroupSize: [GROUP, 1, 1],
  getUserCode: () => code,
});

/**
 * Products of the pieces of sparse rows: result[s] = Σ values[p] · b[indices[p]] over starts[s] ≤ p < starts[s + 1],
 * for each column of `b` [cols, k].
 */
export const piecesProgram = (pieces: number, k: number): Program =>
  elementwise(
    'sparse_pieces',
    ['starts', 'indices', 'values', 'b'],
    [pieces, k],
    pieces * k,
    `
    fn main(index: i32) {
      let k = uniforms.outShape[1];
      let piece = index / k;
      if (piece >= uniforms.outShape[0]) { return; }
      let column = index % k;
      let end = starts[piece + 1];
      var sum = 0.0;
      for (var p = starts[piece]; p < end; p++) { sum += values[p] * b[indices[p] * k + column]; }
      result[index] = sum;
    }`,
  );

/** Rows from their pieces: result[r] = Σ pieces[s] over firsts[r] ≤ s < firsts[r + 1]. */
export const rowsProgram = (rows: number, k: number): Program =>
  elementwise(
    'sparse_rows',
    ['firsts', 'pieces'],
    [rows, k],
    rows * k,
    `
    fn main(index: i32) {
      let k = uniforms.outShape[1];
      let row = index / k;
      if (row >= uniforms.outShape[0]) { return; }
      let end = firsts[row + 1];
      var sum = 0.0;
      for (var s = firsts[row]; s < end; s++) { sum += pieces[s * k + index % k]; }
      result[index] = sum;
    }`,
  );

/** How many vectors a program reads at once: WebGPU promises eight buffers, and one is for the result. */
export const VECTORS = 7;

/** `name0`, `name1`, … */
const numbered = (name: string, count: number) => Array.from({ length: count }, (_, i) => `${name}${i}`);

/**
 * Partial sums of all scalar products of `lefts` with `rights` vectors: result [lefts · rights, parts], each the sum of every parts-th element, so that neighbours read neighbours.
 */
export function dotsProgram(lefts: number, rights: number, parts: number): Program {
  const left = numbered('left', lefts);
  const right = numbered('right', rights);
  const pairs = left.flatMap((a) => right.map((b) => ({ a, b, sum: `${a}${b}` })));
  return elementwise(
    `dots_${lefts}_${rights}`,
    [...left, ...right],
    [pairs.length, parts],
    parts,
    `
    fn main(index: i32) {
      let parts = uniforms.outShape[1];
      if (index >= parts) { return; }
      ${pairs.map(({ sum }) => `var ${sum} = 0.0;`).join(' ')}
      for (var e = index; e < uniforms.left0Shape; e += parts) {
        ${pairs.map(({ a, b, sum }) => `${sum} += ${a}[e] * ${b}[e];`).join('\n        ')}
      }
      ${pairs.map(({ sum }, i) => `result[${i} * parts + index] = ${sum};`).join('\n      ')}
    }`,
  );
}

/** Σ weightᵢ · vectorᵢ, the weights given as uniforms. */
export function combineProgram(vectors: number, length: number): Program {
  const names = numbered('vector', vectors);
  const weights = numbered('weight', vectors);
  return {
    ...elementwise(
      `combine_${vectors}`,
      names,
      [length],
      length,
      `
    fn main(index: i32) {
      if (index >= uniforms.outShape) { return; }
      result[index] = ${names.map((name, i) => `uniforms.${weights[i]} * ${name}[index]`).join(' + ')};
    }`,
    ),
    uniforms: `${weights.map((weight) => `${weight} : f32,`).join(' ')}`,
  };
}

/** What both programs of the cross-entropy begin with: a thread for each row. */
const ROW = `
      let row = index;
      if (row >= uniforms.logitsShape[0]) { return; }
      let k = uniforms.logitsShape[1];
      let label = labels[row];`;

/** max and Σ exp(z − max) of a row of logits. */
const SOFTMAX = `
      var top = logits[row * k];
      for (var c = 1; c < k; c++) { top = max(top, logits[row * k + c]); }
      var total = 0.0;
      for (var c = 0; c < k; c++) { total += exp(logits[row * k + c] - top); }`;

/** Cross-entropy of each row of `logits` with its `labels`; a single column stands for the logits 0 and z. */
export const lossProgram = (rows: number): Program =>
  elementwise(
    'cross_entropy_loss',
    ['logits', 'labels'],
    [rows],
    rows,
    `
    fn main(index: i32) {
      ${ROW}
      if (k == 1) {
        let z = logits[row];
        let small = exp(-abs(z));
        // ln(1 + x) of a small x by its series, since 1 + x loses its digits
        let rest = select(log(1.0 + small), small * (1.0 - small * (0.5 - small / 3.0)), small < 0.01);
        result[row] = max(z, 0.0) - f32(label) * z + rest;
        return;
      }
      ${SOFTMAX}
      result[row] = log(total) + top - logits[row * k + label];
    }`,
  );

/** The gradient of the cross-entropy by the logits. */
export const backpropProgram = (rows: number, k: number): Program =>
  elementwise(
    'cross_entropy_backprop',
    ['logits', 'labels'],
    [rows, k],
    rows,
    `
    fn main(index: i32) {
      ${ROW}
      if (k == 1) {
        let z = logits[row];
        let small = exp(-abs(z));
        result[row] = select(small, 1.0, z >= 0.0) / (1.0 + small) - f32(label);
        return;
      }
      ${SOFTMAX}
      for (var c = 0; c < k; c++) {
        result[row * k + c] = exp(logits[row * k + c] - top) / total - select(0.0, 1.0, c == label);
      }
    }`,
  );

/** The part of tfjs's WebGPU backend that runs programs. */
export interface ProgramRunner {
  runWebGPUProgram(
    program: Program,
    inputs: TensorInfo[],
    dtype: 'float32',
    uniforms?: { type: 'int32' | 'float32'; data: number[] }[],
  ): TensorInfo;
  makeTensorInfo(shape: number[], dtype: 'float32', values: Float32Array): TensorInfo;
}
