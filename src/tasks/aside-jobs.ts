import { encodeTerms } from '../features/terms-json.js';
import { baselinesOf } from './baselines.js';

/** What a version takes that does not depend on what is fitted: of plain data, which can be sent from thread to thread. */
const jobs = {
  /** The file of a vocabulary whose terms are there as nodes. */
  vocabulary: encodeTerms,
  baselines: baselinesOf,
};

export type AsideJob = keyof typeof jobs;
export type AsideInput<J extends AsideJob> = Parameters<(typeof jobs)[J]>[0];
export type AsideOutput<J extends AsideJob> = ReturnType<(typeof jobs)[J]>;

/** Does a job by its name. */
export const job = ({ name, input }: { name: AsideJob; input: unknown }): unknown =>
  (jobs[name] as (input: unknown) => unknown)(input);
