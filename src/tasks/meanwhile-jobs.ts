import { encodeTerms } from '../features/terms-json.js';
import { baselinesOf } from './baselines.js';

/** What a version takes that does not depend on what is fitted: of plain data, which can be sent from thread to thread. */
const jobs = {
  /** The file of a vocabulary whose terms are there as nodes. */
  vocabulary: encodeTerms,
  baselines: baselinesOf,
};

export type MeanwhileJob = keyof typeof jobs;
export type MeanwhileInput<J extends MeanwhileJob> = Parameters<(typeof jobs)[J]>[0];
export type MeanwhileOutput<J extends MeanwhileJob> = ReturnType<(typeof jobs)[J]>;

/** Does a job by its name. */
export const job = ({ name, input }: { name: MeanwhileJob; input: unknown }): unknown =>
  (jobs[name] as (input: unknown) => unknown)(input);
