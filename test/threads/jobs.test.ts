import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { JobThread, jobThreads } from '../../src/threads/jobs.js';
import { temporaryFolder } from '../support/temp.js';

const script = (code: string) => new URL(`data:text/javascript,${encodeURIComponent(code)}`);
const same = script('export const job = (input) => input;');

/** What who asks is told, once there is no thread to ask any more. */
async function ended(thread: JobThread): Promise<string> {
  for (;;) {
    try {
      await thread.ask(same, 0);
    } catch (error) {
      return (error as Error).message;
    }
  }
}

test('a thread does its jobs one after the other, and goes on after one that fails', async () => {
  const thread = new JobThread();
  const sum = script('export const job = (numbers) => numbers.reduce((a, b) => a + b);');
  const odd = script('export const job = () => { throw new TypeError("it is odd"); };');
  const answers = await Promise.allSettled([
    thread.ask(sum, new Float32Array(new SharedArrayBuffer(8)).fill(2)),
    thread.ask(odd, null),
    thread.ask(script('no code'), null),
    thread.ask(same, 'word'),
    thread.ask(sum, [20, 22]),
  ]);
  expect(answers.map(({ status }) => status)).toEqual([
    'fulfilled',
    'rejected',
    'rejected',
    'fulfilled',
    'fulfilled',
  ]);
  expect(answers[0]).toMatchObject({ value: 4 });
  expect(answers[1]).toMatchObject({ reason: { name: 'TypeError', message: 'it is odd' } });
  expect(answers[3]).toMatchObject({ value: 'word' });
  expect(answers[4]).toMatchObject({ value: 42 });
  thread.end();
});

test('a thread that is to end answers what it was asked', async () => {
  const thread = new JobThread();
  const answers = [1, 2].map((number) => thread.ask(same, number));
  thread.end();
  expect(await Promise.all(answers)).toEqual([1, 2]);
  await expect(ended(thread)).resolves.toMatch('the thread has ended');
});

test('who waits for a thread that ends is told, and so is who asks it later', async () => {
  const thread = new JobThread();
  const waiting = thread.ask(script('export const job = () => process.exit();'), null);
  await expect(waiting).rejects.toThrow('the thread has ended');
  await expect(thread.ask(same, 'late')).rejects.toThrow('the thread has ended');
});

test('what cannot be sent is told who asks, and the others have their own answers', async () => {
  const thread = new JobThread();
  await expect(thread.ask(same, () => {})).rejects.toThrow('could not be cloned');
  expect(await thread.ask(same, 'mine')).toBe('mine');
  thread.end();
});

test('a failure is told whenever it is waited for', async () => {
  const thread = new JobThread();
  await thread.ask(script('export const job = () => process.exit();'), null).catch(() => {});
  const late = thread.ask(same, 1);
  await new Promise((resolve) => setTimeout(resolve, 50));
  await expect(late).rejects.toThrow('the thread has ended');
});

test('who takes a thread is given none that has ended', async () => {
  const thread = jobThreads.take();
  jobThreads.passOn(thread);
  await thread.ask(script('export const job = () => process.exit();'), null).catch(() => {});
  const other = jobThreads.take();
  expect(other).not.toBe(thread);
  expect(await other.ask(same, 2)).toBe(2);
  other.end();
});

test('a thread that nobody has asked, or that has answered, keeps no process alive', async () => {
  const jobs = JSON.stringify(new URL('../../dist/threads/jobs.js', import.meta.url).href);
  const code = `const { JobThread } = await import(${jobs});
    new JobThread();
    console.log(await new JobThread().ask(new URL('data:text/javascript,export const job = (n) => n + 1'), 1));`;
  const file = temporaryFolder().file('asks.mjs', code);
  const { stdout } = await promisify(execFile)(process.execPath, [file], { timeout: 60_000 });
  expect(stdout).toBe('2\n');
});
