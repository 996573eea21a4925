import { encodePredictions } from '../store/predictions.js';
import { confusionCsv } from './confusion.js';
import type { ReportContent } from './content.js';
import type { Measured } from './decisions.js';
import { evaluationMarkdown } from './evaluation-markdown.js';
import { metricsJson } from './metrics.js';
import { reportHtml } from './page/page.js';
import { perClassCsv } from './per-class.js';
import { drawPictures } from './pictures.js';
import { slicesCsv } from './slices.js';

/** The page that people open. */
export const REPORT_PAGE = 'report.html';

/** What was measured, without its tables. */
function figuresOf({ calibration, ...others }: Measured): object {
  if (!calibration) return others;
  const { temperature, before, after } = calibration;
  const plain = ({ reliability: _, ...figures }: typeof before) => figures;
  return { calibration: { temperature, before: plain(before), after: plain(after) }, ...others };
}

/** The files of a report on an evaluation, by name. */
export async function evaluationReport(content: ReportContent): Promise<Record<string, string | Uint8Array>> {
  const { evaluation, slices, rows, measured = {} } = content;
  const pictures = await drawPictures(content);
  return {
    [REPORT_PAGE]: reportHtml(content, pictures),
    'report.md': evaluationMarkdown(content, pictures),
    'metrics.json': metricsJson(evaluation, {
      intervals: evaluation.intervals,
      ...(slices && { slices: slices.slices }),
      decisions: figuresOf(measured),
    }),
    'per_class.csv': perClassCsv(evaluation.perClass),
    'confusion_matrix.csv': confusionCsv(evaluation.confusion),
    'predictions.csv': encodePredictions(rows),
    ...(slices && slices.slices.length > 0 && { 'slices.csv': slicesCsv(slices.slices) }),
    ...Object.fromEntries([...pictures.values()].map(({ name, file }) => [`${name}.svg`, file])),
  };
}
