import { figure } from '../format.js';
import type { RankingCurve } from '../ranking.js';
import type { Picture } from './draw.js';
import { clipped, customSeries, textStyle, valueAxis } from './look.js';
import { ink, strokes } from './palette.js';

/** ROC curves, each of one class against the rest. */
export const rocPicture = (curves: readonly RankingCurve[]): Picture =>
  picture('roc', 'ROC curve', 'false positive rate', 'true positive rate', 'ROC AUC', curves, {
    data: [
      [0, 0],
      [1, 1],
    ],
  });

/** Precision-recall curves, each of one class against the rest. */
export const precisionRecallPicture = (curves: readonly RankingCurve[]): Picture =>
  picture('precision_recall', 'Precision-recall curve', 'recall', 'precision', 'average precision', curves);

function picture(
  name: string,
  title: string,
  x: string,
  y: string,
  area: string,
  curves: readonly RankingCurve[],
  chance?: { data: number[][] },
): Picture {
  const top = 16 + 18 * curves.length;
  const [width, height] = [500, 430 + top];
  return {
    name,
    title,
    description: `${curves.map((curve) => `${curve.name}: ${area} ${figure(curve.area)}`).join('; ')}.`,
    width,
    height,
    option: {
      textStyle,
      grid: { left: 58, right: 20, top, bottom: 54 },
      xAxis: valueAxis(x, { min: 0, max: 1 }),
      yAxis: valueAxis(y, { min: 0, max: 1, nameGap: 38 }),
      series: [
        ...(chance
          ? [
              {
                type: 'line',
                silent: true,
                symbol: 'none',
                lineStyle: { color: ink('line'), width: 1.5 },
                ...chance,
              },
            ]
          : []),
        ...curves.map(({ points }, i) => ({
          type: 'line',
          data: points,
          symbol: 'none',
          lineStyle: { color: ink(strokes[i]!.tone), type: strokes[i]!.dash, width: 2, cap: 'butt' },
        })),
        key(curves.map((curve) => `${clipped(curve.name, 34)}  ${figure(curve.area, 3)}`)),
      ],
    },
  };
}

/** What each line is, above the plane: a piece of it, and its name. */
const key = (names: readonly string[]) =>
  customSeries(
    names.map((name, i) => ({ name, y: 12 + 18 * i, ...strokes[i]! })),
    ({ name, y, tone, dash }) => ({
      type: 'group',
      children: [
        {
          type: 'line',
          shape: { x1: 58, x2: 94, y1: y, y2: y },
          style: { stroke: ink(tone), lineWidth: 2, lineDash: dash },
        },
        {
          type: 'text',
          style: { ...textStyle, x: 102, y, text: name, verticalAlign: 'middle', fill: ink('ink') },
        },
      ],
    }),
  );
