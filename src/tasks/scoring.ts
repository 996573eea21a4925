import { MaasError, type PlainError } from '../errors.js';
import type { Thresholds } from '../predictions.js';
import type { Artifact } from '../store/artifact.js';
import type { Beside } from '../store/state-files.js';
import type { ModelManifest } from '../store/store.js';
import { TextBatch, textsOf } from '../text/batch.js';
import { areWorthAThread, isMuch } from '../threads/ahead.js';
import { scoringThreads } from './scoring-thread.js';

/** Where texts go to be scored by a version's pipeline, many at a time. */
export interface Scoring {
  /** UTF-16 units that are worth a request, where there are so many. */
  readonly worth: number;
  /** Requests that may be under way. */
  readonly ahead: number;
  /** Class probabilities, row-major [texts, classes]; the classes are those of the manifest. Throws `artifact`. */
  probabilities(texts: readonly string[]): Promise<Float64Array>;
  /** What the version decides by beyond the highest probability. */
  readonly thresholds: Thresholds | undefined;
  close(): Promise<void>;
}

/**
 * Opens what scores these files' texts: this thread, or, where there is much to score and another core, one beside. A
 * model that embeds texts has threads of its own.
 */
export async function openScoring(
  artifact: Artifact<ModelManifest>,
  paths: readonly string[],
  beside: Beside = {},
  threads?: number,
): Promise<Scoring> {
  const thresholds = await thresholdsOf(artifact);
  const embeds = artifact.manifest.sentence !== undefined;
  if (embeds) return { ...(await scoreHere(artifact, beside, isMuch(paths) ? WORTH : 0)), thresholds };
  // a model that the version does not ask for is refused here
  const scoring =
    areWorthAThread(paths, threads) && beside.embeddings === undefined
      ? scoreBeside(artifact.folder)
      : scoreHere(artifact, beside);
  return { ...(await scoring), thresholds };
}

/** What reads pipelines is loaded for versions that have thresholds alone: a thread beside reads that of others. */
async function thresholdsOf(artifact: Artifact<ModelManifest>): Promise<Thresholds | undefined> {
  if (!artifact.manifest.thresholds) return undefined;
  const { readThresholds } = await import('../store/state-files.js');
  return readThresholds(artifact);
}

type Scorer = Omit<Scoring, 'thresholds'>;

async function scoreHere(artifact: Artifact<ModelManifest>, beside: Beside, worth = 0): Promise<Scorer> {
  // a thread beside loads this in another place
  const { scorer } = await import('./scorer.js');
  const score = await scorer(artifact, beside);
  return {
    worth,
    ahead: 0,
    probabilities: async (texts) => score(textsOf(texts)),
    close: async () => {},
  };
}

/** What the worker is told first: the folder of a version. */
export interface ScoringTask {
  folder: string;
}
/** What it answers to texts: what was asked for, with the memory that they came in, or why it cannot. */
export type ScoringAnswer = { probabilities: Float64Array; units: Uint16Array } | { refused: PlainError };

const WORTH = 1 << 15;
/** What waits is what the garbage collector has to copy: more of it costs more than a pause of either thread. */
const AHEAD = 3;

async function scoreBeside(folder: string): Promise<Scorer> {
  const worker = scoringThreads.take();
  worker.postMessage({ folder } satisfies ScoringTask);
  // texts are sent once there is enough of them, and so are somewhat more
  const batch = new TextBatch(2 * WORTH);
  const waiting: { resolve: (probabilities: Float64Array) => void; reject: (error: Error) => void }[] = [];
  let failure: Error | undefined;
  const fail = (error: Error) => {
    failure ??= error;
    for (const { reject } of waiting.splice(0)) reject(failure);
  };
  worker.on('error', fail);
  worker.on('exit', () => fail(new Error('the thread that scores has ended')));
  worker.on('message', (answer: ScoringAnswer) => {
    if ('refused' in answer) return fail(MaasError.from(answer.refused));
    batch.reuse(answer);
    waiting.shift()?.resolve(answer.probabilities);
  });
  return {
    worth: WORTH,
    ahead: AHEAD,
    probabilities(texts) {
      const scored = new Promise<Float64Array>((resolve, reject) => {
        if (failure) return reject(failure);
        for (const text of texts) batch.add(text);
        const request = batch.take();
        waiting.push({ resolve, reject });
        worker.ref();
        worker.postMessage(request, [request.units.buffer as ArrayBuffer]);
      });
      // told to who waits for it, which may be later
      scored.catch(() => {});
      return scored;
    },
    async close() {
      await worker.terminate();
    },
  };
}
