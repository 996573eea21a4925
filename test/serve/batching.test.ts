import { expect, test } from 'vitest';
import { Batcher } from '../../src/serve/batching.js';

/** A model of one class that says how long a text is, after a while. */
function lengths(ms = 0) {
  const batches: number[] = [];
  const score = async (texts: readonly string[]) => {
    batches.push(texts.length);
    await new Promise((resolve) => setTimeout(resolve, ms));
    if (texts.includes('bad')) throw new Error('a text is bad');
    return Float64Array.from(texts, ({ length }) => length);
  };
  return { batches, score };
}

test('requests that come together are scored together, each with its own answers', async () => {
  const { batches, score } = lengths();
  const batcher = new Batcher(score, 1, { batch: 8, waiting: 100 });
  const asked = Array.from({ length: 10 }, (_, i) =>
    Array.from({ length: 1 + (i % 3) }, (_, k) => 'x'.repeat(i + k)),
  );
  const answers = await Promise.all(asked.map((texts) => batcher.submit(texts, 1000)));
  expect(answers.map((rows) => [...rows])).toEqual(asked.map((texts) => texts.map(({ length }) => length)));
  expect(Math.max(...batches)).toBeLessThanOrEqual(8);
  expect(batches.length).toBeLessThan(5);
  // more than a batch holds, in one request
  const many = Array.from({ length: 20 }, (_, i) => 'x'.repeat(i));
  expect([...(await batcher.submit(many, 1000))]).toEqual(many.map(({ length }) => length));
});

test('a fault is told to those of its batch alone', async () => {
  const { score } = lengths();
  const batcher = new Batcher(score, 1, { batch: 1, waiting: 100 });
  const both = await Promise.allSettled([batcher.submit(['bad'], 1000), batcher.submit(['good'], 1000)]);
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
});

test('what takes too long, and what would wait too long, is refused', async () => {
  const { batches, score } = lengths(60);
  const batcher = new Batcher(score, 1, { batch: 1, waiting: 3 });
  const first = batcher.submit(['a'], 1000);
  await new Promise((resolve) => setTimeout(resolve, 10));
  const late = batcher.submit(['b'], 20);
  const others = [batcher.submit(['c'], 1000), batcher.submit(['d'], 1000)];
  expect(() => batcher.submit(['e'], 1000)).toThrow('there are 3 texts that wait');
  await expect(late).rejects.toMatchObject({ status: 504, message: 'there is no answer after 0.02 s' });
  await Promise.all([first, ...others]);
  // what nobody waits for any more was not computed
  expect(batches).toEqual([1, 1, 1]);
});
