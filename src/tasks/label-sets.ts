import { type Coverage, rowsFor, setFloor } from '../metrics/conformal.js';
import type { Listener } from '../progress.js';
import { grouped } from '../report/format.js';
import type { Artifact } from '../store/artifact.js';
import { readLabelScores } from '../store/label-scores.js';
import type { ModelManifest } from '../store/store.js';

/** What founds the label sets of a version. Throws `usage` for a version that was trained without rows for that, `artifact`. */
export async function floorFor(
  artifact: Artifact<ModelManifest>,
  coverage: number,
  listener: Listener,
): Promise<Pick<Coverage, 'coverage' | 'calibrationRows' | 'floor'>> {
  const labelScores = await readLabelScores(artifact);
  const floor = setFloor(labelScores, coverage);
  if (floor === undefined) {
    const needed = grouped(rowsFor(coverage));
    listener.warn?.(
      `${grouped(labelScores.length)} calibration rows are too few for a coverage of ${coverage}, which takes ${needed}: every set holds all classes`,
    );
  }
  return { coverage, calibrationRows: labelScores.length, floor: floor ?? null };
}
