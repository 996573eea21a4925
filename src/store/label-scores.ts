import { MaasError } from '../errors.js';
import type { Artifact } from './artifact.js';
import { decodeSafetensors, encodeSafetensors } from './safetensors.js';
import type { ModelManifest } from './store.js';

/** The file of a version that has the probabilities of the true labels of rows that it was not fitted on. */
const LABEL_SCORES = 'calibration.safetensors';

/** These probabilities, in rising order, in a file of their own; none where there are none. */
export function encodeLabelScores(labelScores: Float64Array | undefined): Record<string, Uint8Array> {
  if (!labelScores?.length) return {};
  const scores = { shape: [labelScores.length], data: labelScores };
  return { [LABEL_SCORES]: encodeSafetensors({ label_scores: scores }) };
}

/** What `encodeLabelScores` was given. Throws `usage` for a version without. */
export async function readLabelScores(artifact: Artifact<ModelManifest>): Promise<Float64Array> {
  const { model, version, files } = artifact.manifest;
  if (!(LABEL_SCORES in files)) {
    throw new MaasError(
      'usage',
      `${model}@${version} was trained without validation rows, on which label sets of a coverage are founded`,
      { hint: 'train with --validation-size 0.1, or with --calibrate, which does without' },
    );
  }
  const { label_scores } = decodeSafetensors(await artifact.read(LABEL_SCORES), LABEL_SCORES);
  if (label_scores?.data instanceof Float64Array) return label_scores.data;
  throw new MaasError('artifact', `${artifact.folder}/${LABEL_SCORES} holds no label scores`);
}
