import type * as tfjs from '@tensorflow/tfjs-core';
import type { TensorOperations } from './encodings.js';

/** The values of tensors, one behind another in a tensor that `make` packs, so that a device is waited for once. */
export async function readPacked(
  { tf, read }: Pick<TensorOperations, 'tf' | 'read'>,
  make: () => tfjs.Tensor[],
): Promise<Float32Array[]> {
  const sizes: number[] = [];
  const packed = tf.tidy(() => {
    const parts = make();
    sizes.push(...parts.map(({ size }) => size));
    return tf.concat(parts.map((part) => tf.reshape(part, [-1])));
  });
  try {
    const values = (await read(packed)) as Float32Array;
    let at = 0;
    return sizes.map((size) => {
      at += size;
      return values.subarray(at - size, at);
    });
  } finally {
    packed.dispose();
  }
}
