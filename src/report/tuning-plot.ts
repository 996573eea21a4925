import { type Chart, chart, escaped } from './chart.js';
import { changesText, type TriedRecipe, type Tuning } from './tuning.js';

/** Metrics of which less is better. */
const falling: ReadonlySet<string> = new Set(['log_loss']);

/** The scores of a search's recipes in the order in which they were tried, and the best so far, as SVG. */
export function tuningPlot({ trials, metric, winner, folds, scoredFolds }: Tuning): string {
  const name = metric.replace('_', ' ');
  const order = trials.filter(({ mean }) => mean?.[metric] != null).sort((a, b) => a.trial - b.trial);
  const values = order.map(({ mean }) => mean![metric]!);
  const last = Math.max(2, ...order.map(({ trial }) => trial));
  const whole = order.filter((tried) => tried.whole);
  const best = whole.find(({ trial }) => trial === winner);
  const first = whole[0];
  const described = `${order.length} recipes, scored on ${scoredFolds} of ${folds} folds of the training rows. ${
    first ? `The first, as given, has ${first.mean![metric]!.toFixed(4)}; ` : ''
  }${best ? `the best, trial ${winner}, has ${best.mean![metric]!.toFixed(4)}.` : ''} Filled points were fitted on all rows, hollow ones on a part of them.`;
  const { x, y, right, bottom, svg } = chart(`${name} by trial`, described, 'trial', last, values);
  const point = (tried: TriedRecipe) => {
    const value = tried.mean![metric]!;
    const look = tried.whole ? 'fill="#1f6feb"' : 'fill="#ffffff" stroke="#8c959f"';
    const told = `trial ${tried.trial}: ${name} ${value.toFixed(4)}, ${tried.whole ? 'all rows' : `${Math.round(100 * tried.share)} % of the rows`}, ${changesText(tried.changes)}`;
    return `<circle cx="${x(tried.trial)}" cy="${y(value)}" r="4" ${look}><title>${escaped(told)}</title></circle>`;
  };
  return svg([
    `<path d="${bestSoFar(whole, metric, { x, y, bottom })}H${right}" fill="none" stroke="#1a7f37" stroke-width="2"/>`,
    ...order.map(point),
    ...(best
      ? [
          `<circle cx="${x(winner)}" cy="${y(best.mean![metric]!)}" r="8" fill="none" stroke="#1a7f37" stroke-width="2"/>`,
        ]
      : []),
  ]);
}

/** Steps along the best recipe so far. */
function bestSoFar(
  whole: readonly TriedRecipe[],
  metric: Tuning['metric'],
  { x, y, bottom }: Pick<Chart, 'x' | 'y' | 'bottom'>,
): string {
  let best: number | undefined;
  let path = '';
  for (const { trial, mean } of whole) {
    const value = mean![metric]!;
    if (best !== undefined && (falling.has(metric) ? value >= best : value <= best)) continue;
    path += best === undefined ? `M${x(trial)} ${y(value)}` : `H${x(trial)}V${y(value)}`;
    best = value;
  }
  return path || `M${x(1)} ${bottom}`;
}
