import { stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { MaasError, type PlainError } from '../errors.js';
import { bulkTransform } from '../features/bulk.js';
import type { Artifact } from '../store/artifact.js';
import { readPipeline } from '../store/state-files.js';
import type { ModelManifest } from '../store/store.js';
import { TextBatch, type Texts, textsOf } from '../text/batch.js';

/** Where texts go to be scored by a version's pipeline, many at a time. */
export interface Scoring {
  /** UTF-16 units that are worth a request, where there are so many. */
  readonly worth: number;
  /** Requests that may be under way. */
  readonly ahead: number;
  /** Class probabilities, row-major [texts, classes]; the classes are those of the manifest. Throws `artifact`. */
  probabilities(texts: readonly string[]): Promise<Float64Array>;
  close(): Promise<void>;
}

/** Scores in this thread, or, where there is much to score and another core, in a thread beside. */
export function openScoring(artifact: Artifact<ModelManifest>, much: boolean): Promise<Scoring> {
  return much && availableParallelism() > 1 ? scoreBeside(artifact.folder) : scoreHere(artifact);
}

/** Bytes of files that are worth a thread of their own. */
const MUCH = 1 << 18;

/** Whether these files are large enough for a thread beside. What is no file is answered as it comes. */
export async function isMuch(paths: readonly string[]): Promise<boolean> {
  const found = await Promise.all(paths.map((path) => stat(path).catch(() => undefined)));
  return found.reduce((sum, file) => sum + (file?.isFile() ? file.size : 0), 0) >= MUCH;
}

async function scoreHere(artifact: Artifact<ModelManifest>): Promise<Scoring> {
  const score = await scorer(artifact);
  return {
    worth: 0,
    ahead: 0,
    probabilities: async (texts) => score(textsOf(texts)),
    close: async () => {},
  };
}

/** Loads a version's pipeline and answers with the function that scores with it. */
export async function scorer(artifact: Artifact<ModelManifest>): Promise<(texts: Texts) => Float64Array> {
  const pipeline = await readPipeline(artifact);
  const transform = bulkTransform(pipeline.vectorizer);
  return (texts) => pipeline.classifier.probabilities(transform(texts));
}

/** What the worker is told first: the folder of a version. */
export interface ScoringTask {
  folder: string;
}
/** What it answers to texts: what was asked for, with the memory that they came in, or why it cannot. */
export type ScoringAnswer = { probabilities: Float64Array; units: Uint16Array } | { refused: PlainError };

const WORTH = 1 << 15;
const AHEAD = 16;

async function scoreBeside(folder: string): Promise<Scoring> {
  // found from the sources as well
  const worker = new Worker(new URL('../../dist/tasks/scoring-worker.js', import.meta.url), {
    workerData: { folder } satisfies ScoringTask,
  });
  // until there is something to score, nobody waits for it
  worker.unref();
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
