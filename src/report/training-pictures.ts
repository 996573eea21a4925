import type { TrainingReport } from '../models/training/loop.js';
import { openPen } from './charts/draw.js';
import { historyPicture } from './charts/history.js';
import { trialsPicture } from './charts/trials.js';
import type { Tuning } from './tuning.js';

/** Pictures that stand beside a version, by file name: its epochs, and the search that led to it, where there were any. */
export async function trainingPictures(
  fit: Pick<TrainingReport, 'history' | 'epoch'> | undefined,
  tuning: Tuning | undefined,
): Promise<Record<string, string>> {
  const draw = await openPen();
  const pictures = [...(fit ? [historyPicture(fit)] : []), ...(tuning ? [trialsPicture(tuning)] : [])];
  return Object.fromEntries(pictures.map((picture) => [`${picture.name}.svg`, draw(picture).file]));
}
