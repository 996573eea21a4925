import { type Abstention, measureAbstention } from '../metrics/abstention.js';
import { type Recalibration, recalibration } from '../metrics/calibration.js';
import { type Coverage, measureCoverage } from '../metrics/conformal.js';
import type { Outcomes } from '../metrics/outcomes.js';
import type { Listener } from '../progress.js';
import type { Artifact } from '../store/artifact.js';
import type { ModelManifest } from '../store/store.js';
import { floorFor } from './label-sets.js';

export interface MeasuredDecisions {
  /** Calibration of a version with a temperature, and what it would be without; absent where that is 1, and without rows. */
  calibration?: Recalibration;
  /** Of label sets with the coverage that was asked for. */
  coverage?: Coverage;
  /** Of the rows that are answered where the version abstains. */
  abstention?: Abstention;
}

export interface MeasureOptions {
  /** The share of label sets that are to hold the true label. */
  coverage?: number | undefined;
  /** The probability below which a label is no answer. */
  minScore?: number | undefined;
}

/** What a version's temperature, its label sets and its abstaining are worth on rows. Throws `usage`, `artifact`. */
export async function measureDecisions(
  artifact: Artifact<ModelManifest>,
  outcomes: Outcomes,
  { coverage, minScore }: MeasureOptions,
  listener: Listener,
): Promise<MeasuredDecisions> {
  const { calibration } = artifact.manifest;
  const { probabilities } = outcomes;
  const found = coverage === undefined ? undefined : await floorFor(artifact, coverage, listener);
  return {
    ...(calibration &&
      probabilities?.length && {
        calibration: recalibration({ ...outcomes, probabilities }, calibration.temperature),
      }),
    ...(found && { coverage: { ...found, ...measureCoverage(outcomes, found.floor ?? 0) } }),
    ...(minScore !== undefined && { abstention: measureAbstention(outcomes, minScore) }),
  };
}
