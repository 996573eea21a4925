import { expect, test } from 'vitest';
import { openDevice } from '../../../src/compute/index.js';
import { byColumns } from '../../../src/compute/tensorflow/kernels.js';

test.each([1, 2, 3, 5, 7])('a product of %d columns at a time is the product', async (width) => {
  const { tf } = await openDevice('cpu');
  const a = tf.randomUniform([4, 3], -1, 1, 'float32', 1) as never;
  const b = tf.randomUniform([3, 5], -1, 1, 'float32', 2) as never;
  const widths: number[] = [];
  const product = byColumns(tf, b, width, (part) => {
    widths.push(part.shape[1]);
    return tf.matMul(a, part);
  });
  expect(product.arraySync()).toEqual(tf.matMul(a, b).arraySync());
  expect(Math.max(...widths)).toBe(Math.min(width, 5));
});
