import { parentPort } from 'node:worker_threads';
import { MaasError } from '../errors.js';
import { Store } from '../store/store.js';
import type { Texts } from '../text/batch.js';
import { scorer } from './scorer.js';
import type { ScoringAnswer, ScoringTask } from './scoring.js';

/** The other end of `scoreBeside`: it is told the version first, then it is sent texts, which wait for that to load. */
const port = parentPort!;
let loading: ReturnType<typeof scorer>;

port.on('message', async (message: ScoringTask | Texts) => {
  try {
    if ('folder' in message) {
      loading = Store.version(message.folder).then((artifact) => scorer(artifact));
      await loading;
    } else {
      const { units } = message;
      const score = await loading;
      const probabilities = await score(message);
      const answer = { probabilities, units } satisfies ScoringAnswer;
      port.postMessage(answer, [probabilities.buffer as ArrayBuffer, units.buffer as ArrayBuffer]);
    }
  } catch (error) {
    if (!(error instanceof MaasError)) throw error;
    port.postMessage({ refused: error.plain() } satisfies ScoringAnswer);
  }
});
