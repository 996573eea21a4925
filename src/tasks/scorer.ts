import { bulkTransform } from '../features/bulk.js';
import { bulkProbabilities } from '../models/bulk.js';
import type { Artifact } from '../store/artifact.js';
import { type Beside, readPipeline } from '../store/state-files.js';
import type { ModelManifest } from '../store/store.js';
import type { Texts } from '../text/batch.js';

/** Loads a version's pipeline and answers with the function that scores with it. */
export async function scorer(
  artifact: Artifact<ModelManifest>,
  beside: Beside = {},
): Promise<(texts: Texts) => Promise<Float64Array>> {
  const pipeline = await readPipeline(artifact, beside);
  const transform = bulkTransform(pipeline.vectorizer);
  const score = await bulkProbabilities(pipeline.classifier);
  return async (texts) => score(await transform(texts));
}
