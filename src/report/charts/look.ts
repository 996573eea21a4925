import { grouped } from '../format.js';
import { ink } from './palette.js';

/** Words in a picture have the font of what is around it. */
export const textStyle = { fontFamily: 'inherit', fontSize: 12, color: ink('ink') };

/** Code points of a label that a picture has room for. */
const ROOM = 26;

/** A label on one line, cut where it is long; tables have it whole. */
export function clipped(label: string, room = ROOM): string {
  const points = Array.from(label.replace(/\s+/g, ' ').slice(0, 4 * room));
  return points.length <= room ? points.join('') : `${points.slice(0, room - 1).join('')}…`;
}

/** Room for the longest of some labels, in pixels; enough for fonts that are wide. */
export const widthOf = (labels: readonly string[], size = 12): number =>
  Math.ceil(
    Math.max(0, ...labels.map((label) => Array.from(label).reduce((sum, sign) => sum + emsOf(sign), 0))) *
      size,
  );

const emsOf = (sign: string): number => {
  if (sign > '\u02ff' || /[mwMW@%]/.test(sign)) return 1;
  return /[A-Z]/.test(sign) ? 0.72 : 0.61;
};

/** A place on the axes as one in the picture, in pixels. */
export type ToPixels = (x: number, y: number) => [x: number, y: number];

/** A series whose marks are drawn one by one, where and as `mark` says: shapes of ECharts. */
export const customSeries = <T>(
  items: readonly T[],
  mark: (item: T, place: ToPixels) => object,
  more: object = {},
) => ({
  type: 'custom',
  silent: true,
  // no place of their own, so that axes reach no farther for them
  data: items.map(() => ['-', '-']),
  renderItem: ({ dataIndex }: { dataIndex: number }, { coord }: { coord(at: number[]): number[] }) =>
    mark(items[dataIndex]!, (x, y) => coord([x, y]) as [number, number]),
  ...more,
});

/** A column of figures behind an axis from the top down, which ends at 1. */
export const figuresBehind = (figures: readonly number[]) =>
  customSeries(
    figures.map((figure, row) => ({ figure, row })),
    ({ figure, row }, place) => {
      const [x, y] = place(1, row);
      const style = { ...textStyle, verticalAlign: 'middle', fill: ink('ink') };
      return { type: 'text', style: { ...style, x: x + 12, y, text: figure.toFixed(3) } };
    },
  );

const axisName = {
  nameTextStyle: { color: ink('muted'), fontSize: 12, fontFamily: 'inherit' },
  nameLocation: 'middle',
};

/** An axis of numbers: faint lines, no line of its own. */
export const valueAxis = (name: string, more: object = {}) => ({
  type: 'value',
  name,
  ...axisName,
  nameGap: 30,
  axisLine: { show: false },
  axisTick: { show: false },
  splitLine: { lineStyle: { color: ink('line') } },
  axisLabel: { ...textStyle, color: ink('muted'), formatter: numberText },
  ...more,
});

/** An axis of names. */
export const nameAxis = (names: readonly string[], more: object = {}) => ({
  type: 'category',
  data: names,
  axisLine: { lineStyle: { color: ink('line') } },
  axisTick: { show: false },
  splitLine: { show: false },
  axisLabel: { ...textStyle, interval: 0 },
  ...more,
});

/** 1200 → "1,200", 0.25 → "0.25". */
export const numberText = (value: number): string =>
  Math.abs(value) >= 1000 ? grouped(Math.round(value)) : String(Number(value.toPrecision(6)));

/** A name at the end of a line, or beside it. */
export const named = (text: string, tone: Parameters<typeof ink>[0]) => ({
  show: true,
  formatter: () => text,
  color: ink(tone),
  fontSize: 12,
  fontFamily: 'inherit',
});
