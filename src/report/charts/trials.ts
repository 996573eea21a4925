import { changesText, type TriedRecipe, type Tuning } from '../tuning.js';
import type { Picture } from './draw.js';
import { customSeries, named, textStyle, valueAxis } from './look.js';
import { ink } from './palette.js';

/** Metrics of which less is better. */
const falling: ReadonlySet<string> = new Set(['log_loss']);

/** The scores of a search's recipes in the order in which they were tried, and the best so far. */
export function trialsPicture({ trials, metric, winner, folds, scoredFolds }: Tuning): Picture {
  const name = metric.replace('_', ' ');
  const order = trials.filter(({ mean }) => mean?.[metric] != null).sort((a, b) => a.trial - b.trial);
  const last = Math.max(2, ...order.map(({ trial }) => trial));
  const scoreOf = ({ mean }: TriedRecipe) => mean![metric]!;
  const whole = order.filter((tried) => tried.whole);
  const best = whole.find(({ trial }) => trial === winner);
  const [first] = whole;
  const described = [
    `${order.length} recipes, scored on ${scoredFolds} of ${folds} folds of the training rows.`,
    ...(first ? [`The first, as given, has ${scoreOf(first).toFixed(4)}.`] : []),
    ...(best ? [`The best, trial ${winner}, has ${scoreOf(best).toFixed(4)}.`] : []),
    'Filled points were fitted on all rows, hollow ones on a part of them.',
  ];
  const told = (tried: TriedRecipe) =>
    `trial ${tried.trial}: ${name} ${scoreOf(tried).toFixed(4)}, ${tried.whole ? 'all rows' : `${Math.round(100 * tried.share)} % of the rows`}, ${changesText(tried.changes)}`;
  return {
    name: 'trials',
    title: `${name} by trial`,
    description: described.join(' '),
    width: 720,
    height: 380,
    told: (series, datum) => (series === 0 ? told(order[datum]!) : ''),
    option: {
      textStyle,
      grid: { left: 72, right: 64, top: 20, bottom: 54 },
      xAxis: valueAxis('trial', { min: 1, max: last, minInterval: 1, splitLine: { show: false } }),
      yAxis: valueAxis(name, { scale: true, nameGap: 54 }),
      series: [
        {
          type: 'line',
          lineStyle: { width: 0 },
          symbol: 'circle',
          symbolSize: 9,
          clip: false,
          data: order.map((tried) => ({
            value: [tried.trial, scoreOf(tried)],
            itemStyle: tried.whole
              ? { color: ink('accent'), borderColor: ink('paper'), borderWidth: 1 }
              : { color: ink('paper'), borderColor: ink('muted'), borderWidth: 1.5 },
          })),
        },
        {
          type: 'line',
          step: 'end',
          symbol: 'none',
          silent: true,
          data: bestSoFar(whole, scoreOf, falling.has(metric), last),
          lineStyle: { color: ink('accent'), width: 2 },
          endLabel: named('best', 'accent'),
        },
        customSeries(best ? [best] : [], (tried, place) => {
          const [cx, cy] = place(tried.trial, scoreOf(tried));
          return {
            type: 'circle',
            shape: { cx, cy, r: 9 },
            style: { fill: 'none', stroke: ink('wrong'), lineWidth: 2 },
          };
        }),
      ],
    },
  };
}

/** The best score of those that were fitted on all rows, at each trial from the first of these on. */
function bestSoFar(
  whole: readonly TriedRecipe[],
  scoreOf: (tried: TriedRecipe) => number,
  lessIsBetter: boolean,
  last: number,
): [trial: number, score: number][] {
  const steps: [number, number][] = [];
  for (const tried of whole) {
    const [score, best] = [scoreOf(tried), steps.at(-1)?.[1]];
    if (best === undefined || (lessIsBetter ? score < best : score > best)) steps.push([tried.trial, score]);
  }
  const end = steps.at(-1);
  return end ? [...steps, [last, end[1]]] : [];
}
