// The steps of optimizers, as threads share them.
import { arg, number } from './arguments';
import { exp32 } from './functions';
import { adam, momentum, rmsprop, sgd } from './training';

/**
 * An optimizer's step for some rows of weights.
 * Arguments: rule, bytes of a row, rows in all, rows of a block, weights, kept, kept, gradient (of these rows alone),
 * which rows (0: these), and five float32: rate, and what the rule takes.
 */
export function updateBlock(block: i32): void {
  const bytes = arg(1);
  const last = min((<usize>block + 1) * arg(3), arg(2));
  const chosen = arg(8);
  for (let i = <usize>block * arg(3); i < last; i++) {
    step(chosen ? <usize>load<u32>(chosen + (i << 2)) : i, arg(7) + i * bytes, 0);
  }
}

/**
 * A step for all rows of a table, of which a batch has touched some: the gradient of the others is 0. A row that had
 * none for a number of steps stands still, and what is kept for it fades at once when it is touched again.
 * Arguments: as above (those rows are none), then for each row the number of its gradient from 1 on, or 0, which this
 * sets back to 0; for each row the last step that had a gradient, as float32; the number of this step; after how many
 * steps without a gradient a row stands still; zeros for a row; and what is left of what is kept after a step without a
 * gradient, as two logarithms in float32; and what stands for the squares of the gradient (0: these).
 */
export function updateTableBlock(block: i32): void {
  const bytes = arg(1);
  const last = min((<usize>block + 1) * arg(3), arg(2));
  const now = <i32>arg(16);
  const still = <i32>arg(17);
  for (let i = <usize>block * arg(3); i < last; i++) {
    const place = arg(14) + (i << 2);
    const touched = arg(15) + (i << 2);
    const missed = now - 1 - <i32>load<f32>(touched);
    const gradient = load<u32>(place);
    if (gradient) {
      store<u32>(place, 0);
      store<f32>(touched, <f32>now);
      if (missed > still) {
        const steps = <f32>(missed - still);
        scale(bytes, arg(5) + i * bytes, exp32(steps * number(19)));
        if (arg(6)) scale(bytes, arg(6) + i * bytes, exp32(steps * number(20)));
      }
      const from = <usize>(gradient - 1) * bytes;
      step(i, arg(7) + from, arg(21) ? arg(21) + from : 0);
    } else if (missed < still) {
      step(i, arg(18), 0);
    } else if (arg(0) == 0 && number(10) != 1) {
      scale(bytes, arg(4) + i * bytes, number(10));
    }
  }
}

/** A step of the rule that the job names, from a gradient and what stands for its squares (0: these). */
// @ts-expect-error: decorator
@inline
function step(row: usize, gradient: usize, squared: usize): void {
  const bytes = arg(1);
  const from = row * bytes;
  const weights = arg(4) + from;
  const kept = arg(5) + from;
  switch (<i32>arg(0)) {
    case 0: adam(bytes, weights, kept, arg(6) + from, gradient, squared, number(9), number(10), number(11), number(12), number(13)); break;
    case 1: sgd(bytes, weights, gradient, number(9)); break;
    case 2: momentum(bytes, weights, kept, gradient, number(9), number(10)); break;
    case 3: rmsprop(bytes, weights, kept, gradient, squared, number(9), number(10), number(11)); break;
  }
}

function scale(bytes: usize, values: usize, factor: f32): void {
  for (let i: usize = 0; i < bytes; i += 4) store<f32>(values + i, factor * load<f32>(values + i));
}
