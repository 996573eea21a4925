import { type AnyPipeline, AsyncPipeline } from '../pipeline.js';
import type { Artifact } from '../store/artifact.js';
import { type Beside, readPipeline } from '../store/state-files.js';
import type { ModelManifest } from '../store/store.js';

/** A version that is loaded and answers. */
export class ServedVersion {
  /** `name@7`. */
  readonly reference: string;
  readonly labels: readonly string[];
  /** The labels as JSON. */
  readonly keys: readonly string[];

  private constructor(
    readonly manifest: ModelManifest,
    readonly folder: string,
    readonly pipeline: AnyPipeline,
  ) {
    this.reference = `${manifest.model}@${manifest.version}`;
    this.labels = pipeline.labels;
    this.keys = this.labels.map((label) => JSON.stringify(label));
  }

  /** Loads a version, and has it answer once, so that the first request waits for nothing. Throws `artifact`, `device`. */
  static async open(artifact: Artifact<ModelManifest>, beside: Beside = {}): Promise<ServedVersion> {
    const served = new ServedVersion(
      artifact.manifest,
      artifact.folder,
      await readPipeline(artifact, beside),
    );
    await served.probabilities(['to begin with']);
    return served;
  }

  get model(): string {
    return this.manifest.model;
  }

  get version(): number {
    return this.manifest.version;
  }

  /** Class probabilities, row-major [texts, labels]: at once, or by promise where texts of several requests are put together. */
  probabilities(texts: readonly string[]): Float64Array | Promise<Float64Array> {
    return this.pipeline instanceof AsyncPipeline
      ? this.pipeline.probabilities(texts)
      : this.pipeline.probabilities(texts);
  }
}
