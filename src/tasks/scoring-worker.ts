import { parentPort, workerData } from 'node:worker_threads';
import { MaasError } from '../errors.js';
import { Store } from '../store/store.js';
import type { Texts } from '../text/batch.js';
import { type ScoringAnswer, type ScoringTask, scorer } from './scoring.js';

/** The other end of `scoreBeside`. Messages that come while the pipeline is loaded wait in the port. */
const { folder } = workerData as ScoringTask;
const port = parentPort!;

const refuse = (error: unknown): ScoringAnswer => {
  if (!(error instanceof MaasError)) throw error;
  return { refused: error.plain() };
};
const score = await Store.version(folder)
  .then(scorer)
  .catch((error) => void port.postMessage(refuse(error)));

if (score) {
  port.on('message', (texts: Texts) => {
    const { units } = texts;
    try {
      const probabilities = score(texts);
      const answer = { probabilities, units } satisfies ScoringAnswer;
      port.postMessage(answer, [probabilities.buffer as ArrayBuffer, units.buffer as ArrayBuffer]);
    } catch (error) {
      port.postMessage(refuse(error));
    }
  });
}
