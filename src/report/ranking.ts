import { type Curve, precisionRecallCurve, rocCurve, thinned } from '../metrics/curves.js';
import type { FullEvaluation } from '../metrics/evaluation.js';
import type { Outcomes } from '../metrics/outcomes.js';
import { averagePrecision, pooledScores, rocAuc, type Sorted, sortedScores } from '../metrics/ranking.js';
import { knownRows } from '../metrics/scores.js';

/** A curve as it is drawn. */
export interface RankingCurve {
  name: string;
  /** The figure that goes with it: area under the ROC curve, or average precision. */
  area: number | null;
  points: [x: number, y: number][];
}

/** Curves in a picture; classes up to which each has one. */
const MOST = 6;
/** Columns of a picture: a curve has four points in each at the most. */
const COLUMNS = 160;

/**
 * The curves that a report draws: one for each class against the rest, of two classes the second's; of more than six classes the
 * micro average (every pair of a row and a class is a case) and the classes with the smallest areas. None where the
 * probabilities of all classes were not kept, or no row has a label that the model knows.
 */
export function rankingCurves(
  outcomes: Outcomes,
  perClass: FullEvaluation['perClass'],
): { roc: RankingCurve[]; precisionRecall: RankingCurve[] } {
  if (!outcomes.probabilities) return { roc: [], precisionRecall: [] };
  const { classes, truth, probabilities } = knownRows({ ...outcomes, probabilities: outcomes.probabilities });
  const sorted = new Map<number, Sorted>();
  const scoresOf = (c: number) => {
    const found = sorted.get(c) ?? sortedScores(probabilities, classes, truth, c);
    sorted.set(c, found);
    return found;
  };
  const pooled = classes > MOST && truth.length > 0 ? pooledScores(probabilities, classes, truth) : undefined;
  const kind = (
    figure: 'roc_auc' | 'average_precision',
    curveOf: (sorted: Sorted) => Curve | null,
    areaOf: (sorted: Sorted) => number | null,
  ) => {
    const curve = (name: string, scores: Sorted): RankingCurve[] => {
      const points = curveOf(scores);
      return points ? [{ name, area: areaOf(scores), points: thinned(points, COLUMNS) }] : [];
    };
    const defined = perClass
      .slice(0, classes)
      .map((each, c) => ({ c, area: each[figure] ?? null }))
      .filter(({ c, area }) => area !== null && (classes !== 2 || c === 1));
    const drawn = pooled ? defined.sort((a, b) => a.area! - b.area!).slice(0, MOST - 1) : defined;
    return [
      ...(pooled ? curve('micro average of all classes', pooled) : []),
      ...drawn.flatMap(({ c }) => curve(perClass[c]!.label, scoresOf(c))),
    ];
  };
  return {
    roc: kind('roc_auc', rocCurve, rocAuc),
    precisionRecall: kind('average_precision', precisionRecallCurve, averagePrecision),
  };
}
