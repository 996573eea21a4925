import { changesText, type TriedRecipe, type Tuning } from './tuning.js';

const [WIDTH, HEIGHT] = [720, 360];
const MARGIN = { left: 64, right: 16, top: 40, bottom: 44 };
/** Lines of the grid, about. */
const TICKS = 5;
/** Metrics of which less is better. */
const falling: ReadonlySet<string> = new Set(['log_loss']);

/** The scores of a search's recipes in the order in which they were tried, and the best so far, as SVG. */
export function tuningPlot({ trials, metric, winner, folds, scoredFolds }: Tuning): string {
  const name = metric.replace('_', ' ');
  const order = trials.filter(({ mean }) => mean?.[metric] != null).sort((a, b) => a.trial - b.trial);
  const values = order.map(({ mean }) => mean![metric]!);
  const scale = scaleOf(values);
  const last = Math.max(2, ...order.map(({ trial }) => trial));
  const x = (trial: number) =>
    round(MARGIN.left + ((trial - 1) / (last - 1)) * (WIDTH - MARGIN.left - MARGIN.right));
  const y = (value: number) =>
    round(
      HEIGHT -
        MARGIN.bottom -
        ((value - scale.from) / (scale.to - scale.from)) * (HEIGHT - MARGIN.top - MARGIN.bottom),
    );
  const whole = order.filter((tried) => tried.whole);
  const best = whole.find(({ trial }) => trial === winner);
  const point = (tried: TriedRecipe) => {
    const value = tried.mean![metric]!;
    const look = tried.whole ? 'fill="#1f6feb"' : 'fill="#ffffff" stroke="#8c959f"';
    const told = `trial ${tried.trial}: ${name} ${value.toFixed(4)}, ${tried.whole ? 'all rows' : `${Math.round(100 * tried.share)} % of the rows`}, ${changesText(tried.changes)}`;
    return `<circle cx="${x(tried.trial)}" cy="${y(value)}" r="4" ${look}><title>${escaped(told)}</title></circle>`;
  };
  const text = (at: string, content: string) => `<text ${at}>${escaped(content)}</text>`;
  const first = whole[0];
  const described = `${order.length} recipes, scored on ${scoredFolds} of ${folds} folds of the training rows. ${
    first ? `The first, as given, has ${first.mean![metric]!.toFixed(4)}; ` : ''
  }${best ? `the best, trial ${winner}, has ${best.mean![metric]!.toFixed(4)}.` : ''} Filled points were fitted on all rows, hollow ones on a part of them.`;
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="title desc" font-family="system-ui, sans-serif" font-size="12" fill="#1f2328">`,
    `<title id="title">${escaped(`${name} by trial`)}</title>`,
    `<desc id="desc">${escaped(described)}</desc>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`,
    text(`x="${MARGIN.left}" y="22" font-size="14" font-weight="600"`, `${name} by trial`),
    ...scale.ticks.flatMap((tick) => [
      `<line x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${y(tick)}" y2="${y(tick)}" stroke="#d8dee4"/>`,
      text(`x="${MARGIN.left - 8}" y="${y(tick) + 4}" text-anchor="end"`, tick.toFixed(scale.digits)),
    ]),
    ...ticksOf(last).map((trial) =>
      text(`x="${x(trial)}" y="${HEIGHT - MARGIN.bottom + 20}" text-anchor="middle"`, String(trial)),
    ),
    text(`x="${WIDTH - MARGIN.right}" y="${HEIGHT - 8}" text-anchor="end"`, 'trial'),
    `<path d="${bestSoFar(whole, metric, x, y)}H${WIDTH - MARGIN.right}" fill="none" stroke="#1a7f37" stroke-width="2"/>`,
    ...order.map(point),
    ...(best
      ? [
          `<circle cx="${x(winner)}" cy="${y(best.mean![metric]!)}" r="8" fill="none" stroke="#1a7f37" stroke-width="2"/>`,
        ]
      : []),
    '</svg>',
  ].join('\n')}\n`;
}

/** Steps along the best recipe so far. */
function bestSoFar(
  whole: readonly TriedRecipe[],
  metric: Tuning['metric'],
  x: (trial: number) => number,
  y: (value: number) => number,
): string {
  let best: number | undefined;
  let path = '';
  for (const { trial, mean } of whole) {
    const value = mean![metric]!;
    if (best !== undefined && (falling.has(metric) ? value >= best : value <= best)) continue;
    path += best === undefined ? `M${x(trial)} ${y(value)}` : `H${x(trial)}V${y(value)}`;
    best = value;
  }
  return path || `M${MARGIN.left} ${HEIGHT - MARGIN.bottom}`;
}

/** A scale with round numbers that holds all values. */
function scaleOf(values: readonly number[]) {
  const [low, high] = values.length > 0 ? [Math.min(...values), Math.max(...values)] : [0, 1];
  const step = niceStep((high - low || Math.abs(high) || 1) / TICKS);
  const from = Math.floor(low / step) * step;
  const to = Math.max(Math.ceil(high / step) * step, from + step);
  const ticks = Array.from({ length: Math.round((to - from) / step) + 1 }, (_, i) => from + i * step);
  return { from, to, ticks, digits: Math.max(0, -Math.floor(Math.log10(step) + 1e-9)) };
}

/** 1, 2 or 5 times a power of ten, not below `least`. */
function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return ([1, 2, 5].find((factor) => factor * power >= least - 1e-12) ?? 10) * power;
}

function ticksOf(last: number): number[] {
  const step = Math.max(1, niceStep(last / 8));
  return [1, ...Array.from({ length: Math.floor(last / step) }, (_, i) => (i + 1) * step)].filter(
    (tick, i) => i === 0 || tick >= 1 + step / 2,
  );
}

const round = (n: number) => Math.round(n * 10) / 10;
const escaped = (text: string) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
