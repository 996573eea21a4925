import { bulkProbabilities } from '../models/bulk.js';
import { SequenceClassifier } from '../models/sequence-classifier.js';
import { type AnyPipeline, Pipeline } from '../pipeline.js';
import { decidedClass } from '../predictions.js';
import type { Artifact } from '../store/artifact.js';
import { type Beside, readPipeline } from '../store/state-files.js';
import type { ModelManifest } from '../store/store.js';
import { Batcher, late, unawaited } from './batching.js';

/** Texts that are scored without giving others a turn. */
const AT_ONCE = 64;

/** A version that is loaded and answers. */
export class ServedVersion {
  readonly model: string;
  readonly version: number;
  /** `name@7`. */
  readonly reference: string;
  readonly labels: readonly string[];
  /** The reference as a header has it, which names of models may be too rich for. */
  readonly header: string;
  /** The labels as JSON. */
  readonly keys: readonly string[];

  private constructor(
    readonly manifest: ModelManifest,
    readonly folder: string,
    readonly pipeline: AnyPipeline,
    private readonly batcher: Batcher | undefined,
  ) {
    this.model = manifest.model;
    this.version = manifest.version;
    this.reference = `${this.model}@${this.version}`;
    this.header = encodeURI(this.reference);
    this.labels = pipeline.labels;
    this.keys = this.labels.map((label) => JSON.stringify(label));
  }

  /** Loads a version, and has it answer once, so that the first request waits for nothing. Throws `artifact`, `device`. */
  static async open(artifact: Artifact<ModelManifest>, beside: Beside = {}): Promise<ServedVersion> {
    const pipeline = await readPipeline(artifact, beside);
    const batcher = await batcherOf(pipeline);
    const served = new ServedVersion(artifact.manifest, artifact.folder, pipeline, batcher);
    await served.probabilities(['to begin with'], 60_000);
    return served;
  }

  /**
   * Class probabilities, row-major [texts, labels]: at once, or by promise where there are many texts, or where those of several
   * requests are put together. Throws a refusal (503) where too much waits, (504) once `timeoutMs` are over, (499) once
   * the signal says that nobody waits any more.
   */
  probabilities(
    texts: readonly string[],
    timeoutMs: number,
    signal?: AbortSignal,
  ): Float64Array | Promise<Float64Array> {
    if (this.batcher) return this.batcher.submit(texts, timeoutMs, signal);
    const pipeline = this.pipeline as Pipeline;
    return texts.length <= AT_ONCE
      ? pipeline.probabilities(texts)
      : inTurns(pipeline, texts, timeoutMs, signal);
  }

  /** Whether so many texts are scored by promise, while others have their turns. */
  takesTurns(texts: number): boolean {
    return this.batcher !== undefined || texts > AT_ONCE;
  }

  /** The number of the class that the probabilities of a row, from a place on, decide for. */
  decide(probabilities: Float64Array, from: number): number {
    return decidedClass(probabilities, from, this.labels.length, this.pipeline.thresholds);
  }
}

/** Networks that read sequences, and models of sentences, compute many texts in little more time than one. */
async function batcherOf(pipeline: AnyPipeline): Promise<Batcher | undefined> {
  const { labels, classifier } = pipeline;
  if (!(pipeline instanceof Pipeline)) {
    return new Batcher((texts) => pipeline.probabilities(texts), labels.length);
  }
  if (!(classifier instanceof SequenceClassifier)) return undefined;
  const score = await bulkProbabilities(classifier);
  return new Batcher((texts) => score(pipeline.vectorizer.transform(texts)), labels.length);
}

async function inTurns(
  pipeline: Pipeline,
  texts: readonly string[],
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<Float64Array> {
  const until = performance.now() + timeoutMs;
  const classes = pipeline.labels.length;
  const rows = new Float64Array(texts.length * classes);
  for (let from = 0; from < texts.length; from += AT_ONCE) {
    rows.set(pipeline.probabilities(texts.slice(from, from + AT_ONCE)), from * classes);
    await new Promise((resolve) => setImmediate(resolve));
    if (signal?.aborted) throw unawaited();
    if (performance.now() > until) throw late(timeoutMs);
  }
  return rows;
}
