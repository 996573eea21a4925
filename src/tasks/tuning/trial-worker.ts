import { parentPort, workerData } from 'node:worker_threads';
import { MaasError } from '../../errors.js';
import { countTerms, runTrials, type TrialData } from './trials.js';
import type { PoolAnswer, PoolRequest } from './worker-pool.js';

/** The other end of `WorkerPool`: does one job after the other. */
const data = workerData as TrialData;
const port = parentPort!;
/** What compilations that the last job began may take, ms. */
const SETTLED_MS = 50;

port.on('message', async (job: PoolRequest) => {
  if (job.kind === 'end') return void setTimeout(() => port.close(), SETTLED_MS);
  try {
    const result = job.kind === 'count' ? await countTerms(data, job) : await runTrials(data, job);
    port.postMessage({ result } satisfies PoolAnswer);
  } catch (error) {
    if (!(error instanceof MaasError)) throw error;
    port.postMessage({ refused: error.plain() } satisfies PoolAnswer);
  }
});
