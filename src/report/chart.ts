const [WIDTH, HEIGHT] = [720, 360];
const MARGIN = { left: 64, right: 16, top: 40, bottom: 44 };
/** Lines of the grid, about. */
const TICKS = 5;

/** Where the points of a chart stand, and what it is drawn on. */
export interface Chart {
  x(value: number): number;
  y(value: number): number;
  /** Edges of the plane. */
  right: number;
  top: number;
  bottom: number;
  /** The picture, with these marks on it. */
  svg(marks: readonly string[]): string;
}

/**
 * A chart of values by whole numbers from 1 to `last`: a title, a grid with round numbers, and a description for those
 * who do not see it.
 */
export function chart(
  title: string,
  description: string,
  axis: string,
  last: number,
  values: readonly number[],
): Chart {
  const scale = scaleOf(values);
  const [right, bottom] = [WIDTH - MARGIN.right, HEIGHT - MARGIN.bottom];
  const x = (value: number) =>
    rounded(MARGIN.left + ((value - 1) / (Math.max(2, last) - 1)) * (right - MARGIN.left));
  const y = (value: number) =>
    rounded(bottom - ((value - scale.from) / (scale.to - scale.from)) * (bottom - MARGIN.top));
  const grid = scale.ticks.flatMap((tick) => [
    `<line x1="${MARGIN.left}" x2="${right}" y1="${y(tick)}" y2="${y(tick)}" stroke="#d8dee4"/>`,
    text(`x="${MARGIN.left - 8}" y="${y(tick) + 4}" text-anchor="end"`, tick.toFixed(scale.digits)),
  ]);
  const numbers = ticksOf(Math.max(2, last)).map((tick) =>
    text(`x="${x(tick)}" y="${bottom + 20}" text-anchor="middle"`, String(tick)),
  );
  const svg = (marks: readonly string[]) =>
    `${[
      `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="title desc" font-family="system-ui, sans-serif" font-size="12" fill="#1f2328">`,
      `<title id="title">${escaped(title)}</title>`,
      `<desc id="desc">${escaped(description)}</desc>`,
      `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`,
      text(`x="${MARGIN.left}" y="22" font-size="14" font-weight="600"`, title),
      ...grid,
      ...numbers,
      text(`x="${right}" y="${HEIGHT - 8}" text-anchor="end"`, axis),
      ...marks,
      '</svg>',
    ].join('\n')}\n`;
  return { x, y, right, top: MARGIN.top, bottom, svg };
}

/** Words at a place, given as attributes. */
export const text = (at: string, content: string) => `<text ${at}>${escaped(content)}</text>`;

export const escaped = (content: string) =>
  content.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');

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

const rounded = (n: number) => Math.round(n * 10) / 10;
