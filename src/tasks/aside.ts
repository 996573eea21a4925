import { jobThreads } from '../threads/jobs.js';
import type { AsideInput, AsideJob, AsideOutput } from './aside-jobs.js';

/** Found from the sources as well. */
const SCRIPT = new URL('../../dist/tasks/aside-jobs.js', import.meta.url);

/**
 * Does what leads to no fit, and what is waited for once there is one; a failure is told there. Rows and terms should be in memory
 * that threads share.
 */
export type Aside = <J extends AsideJob>(name: J, input: AsideInput<J>) => Promise<AsideOutput<J>>;

/** Does it at once, in this thread. */
export const atOnce: Aside = (name, input) =>
  toldLater(import('./aside-jobs.js').then(({ job }) => job({ name, input })));

/** Does it in a thread, which is then free for others; in this one where that fails. */
export const inThread: Aside = (name, input) => {
  const thread = jobThreads.take();
  const done = thread.ask(SCRIPT, { name, input });
  jobThreads.giveBack(thread);
  return toldLater(done.catch(() => atOnce(name, input)));
};

function toldLater<T>(done: Promise<unknown>): Promise<T> {
  done.catch(() => {});
  return done as Promise<T>;
}
