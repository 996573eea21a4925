import { scoreHistogram } from '../metrics/score-histogram.js';
import { reliabilityPicture, scorePicture } from './charts/calibration.js';
import { classBars } from './charts/class-bars.js';
import { confusionMap } from './charts/confusion-map.js';
import { type DrawnPicture, openPen, type Picture } from './charts/draw.js';
import { historyPicture } from './charts/history.js';
import { precisionRecallPicture, rocPicture } from './charts/ranking-curves.js';
import { classesPicture, lengthsPicture } from './charts/shares.js';
import { type Standing, slicesPicture, standingPicture } from './charts/standing.js';
import { termsPicture } from './charts/terms.js';
import { nameOf, type ReportContent } from './content.js';
import { baselineNames } from './format.js';
import { rankingCurves } from './ranking.js';

/** Classes up to which each has a picture of its terms; of more the weakest few. */
const MOST_TERMS = 12;
const WEAKEST = 6;
/** Slices that are drawn. */
const MOST_SLICES = 20;

/** A picture that was drawn, with what it is called. */
export type Shown = DrawnPicture & Pick<Picture, 'name' | 'title' | 'description'>;

/** The pictures of a report by name; one that has nothing to show is not there. */
export type Pictures = ReadonlyMap<string, Shown>;

/** Draws all pictures of a report. */
export async function drawPictures(content: ReportContent): Promise<Pictures> {
  const { evaluation, rows, facts } = content;
  const { metrics, perClass, confusion, reliability } = evaluation;
  const { roc, precisionRecall } = rankingCurves(rows.outcomes, perClass);
  const standings = standingsOf(content);
  const pictures = [
    ...(standings.length > 1 ? [standingPicture(standings)] : []),
    confusionMap(confusion),
    classBars(perClass),
    ...(roc.length > 0 ? [rocPicture(roc)] : []),
    ...(precisionRecall.length > 0 ? [precisionRecallPicture(precisionRecall)] : []),
    ...slicesShown(content),
    reliabilityPicture(reliability, metrics.expected_calibration_error),
    scorePicture(scoreHistogram(rows.outcomes)),
    ...termsShown(content).map(termsPicture),
    ...('history' in facts.fit ? [historyPicture(facts.fit)] : []),
    classesPicture(perClass),
    ...(rows.lengths && rows.lengths.length > 0 ? [lengthsPicture(rows.lengths)] : []),
  ];
  const draw = await openPen();
  return new Map(
    pictures.map((picture) => {
      const { name, title, description } = picture;
      return [name, { name, title, description, ...draw(picture) }];
    }),
  );
}

/** The classes whose terms are drawn: of two the second, since what speaks for one speaks against the other. */
export function termsShown({ terms, evaluation }: ReportContent): ReportContent['terms'] {
  if (terms.length === 2) return terms.slice(1);
  if (terms.length <= MOST_TERMS) return terms;
  const f1 = new Map(evaluation.perClass.map((each) => [each.label, each.f1 ?? 1]));
  return [...terms].sort((a, b) => f1.get(a.label)! - f1.get(b.label)!).slice(0, WEAKEST);
}

function slicesShown({ slices, evaluation }: ReportContent): Picture[] {
  const shown = slices?.slices.slice(0, MOST_SLICES) ?? [];
  if (shown.length === 0) return [];
  const standings = shown.map(({ by, value, accuracy, intervals }) => ({
    name: `${by} ${value}`,
    value: accuracy,
    interval: intervals.accuracy,
  }));
  return [slicesPicture(standings, evaluation.metrics.accuracy!)];
}

function standingsOf(content: ReportContent): Standing[] {
  const { evaluation, baselines = {}, champion } = content;
  const { accuracy } = evaluation.metrics;
  if (accuracy === null) return [];
  const other = champion?.comparison.metrics.accuracy.a;
  return [
    { name: nameOf(content), value: accuracy, interval: evaluation.intervals.accuracy, own: true },
    ...(champion && other !== null && other !== undefined ? [{ name: champion.name, value: other }] : []),
    ...(['nb', 'majority'] as const).flatMap((name) => {
      const value = baselines[name]?.accuracy ?? null;
      return value === null ? [] : [{ name: baselineNames[name], value }];
    }),
  ];
}
