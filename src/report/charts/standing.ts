import { figure, intervalText } from '../format.js';
import type { Picture } from './draw.js';
import { clipped, customSeries, figuresBehind, nameAxis, textStyle, valueAxis, widthOf } from './look.js';
import { ink } from './palette.js';

/** A figure of one model, with its interval where there is one. */
export interface Standing {
  name: string;
  value: number;
  interval?: readonly [low: number, high: number] | null | undefined;
  /** Whether it is the model that the report is about. */
  own?: boolean;
}

/** The accuracy of a version beside that of others on the same rows: a point each, and a line for its interval. */
export const standingPicture = (standings: readonly Standing[]): Picture =>
  points('standing', 'Accuracy beside others', standings);

/** The accuracy on parts of the rows, with a line where that on all of them is. */
export const slicesPicture = (slices: readonly Standing[], whole: number): Picture =>
  points('slices', 'Accuracy by slice', slices, whole);

function points(name: string, title: string, standings: readonly Standing[], whole?: number): Picture {
  const names = standings.map((standing) => clipped(standing.name, 34));
  const tone = (own: boolean | undefined) => ink(own ? 'accent' : 'muted');
  const told = ({ name, value, interval }: Standing) =>
    `${name}: accuracy ${figure(value)}${interval ? ` (95 % interval ${intervalText(interval)})` : ''}`;
  const lowest = Math.min(...standings.map(({ value, interval }) => interval?.[0] ?? value));
  // differences between slices are small; others are far behind
  const min = whole === undefined ? 0 : Math.max(0, Math.floor(10 * lowest - 0.5) / 10);
  return {
    name,
    title,
    description: `${standings.map(told).join('; ')}.`,
    width: 680,
    height: 62 + (whole === undefined ? 34 : 28) * standings.length,
    told: (series, datum) => (series === 1 ? told(standings[datum]!) : ''),
    option: {
      textStyle,
      grid: { left: widthOf(names) + 18, right: 64, top: 8, bottom: 50 },
      xAxis: valueAxis('accuracy', { min, max: 1 }),
      yAxis: nameAxis(names, { inverse: true }),
      series: [
        customSeries(
          standings.flatMap(({ interval, own }, row) => (interval ? [{ interval, own, row }] : [])),
          ({ interval, own, row }, place) => {
            const [[x1, y1], [x2]] = [place(interval[0], row), place(interval[1], row)];
            return {
              type: 'line',
              shape: { x1, x2, y1, y2: y1 },
              style: { stroke: tone(own), lineWidth: 3, opacity: 0.45, lineCap: 'round' },
            };
          },
        ),
        {
          type: 'line',
          lineStyle: { width: 0 },
          data: standings.map(({ value, own }, i) => ({
            value: [value, i],
            symbol: own ? 'circle' : 'diamond',
            symbolSize: own ? 13 : 11,
            itemStyle: { color: tone(own) },
          })),
        },
        figuresBehind(standings.map(({ value }) => value)),
        ...(whole === undefined ? [] : [upright(whole, standings.length)]),
      ],
    },
  };
}

/** A line across all rows. */
const upright = (value: number, rows: number) =>
  customSeries([value], (at, place) => {
    const [[x, first], [, last]] = [place(at, 0), place(at, rows - 1)];
    return {
      type: 'line',
      shape: { x1: x, x2: x, y1: first - 14, y2: last + 14 },
      style: { stroke: ink('accent'), lineWidth: 1.5, lineDash: [4, 3] },
    };
  });
