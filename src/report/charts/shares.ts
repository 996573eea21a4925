import { grouped, percent } from '../format.js';
import type { Picture } from './draw.js';
import { clipped, nameAxis, numberText, textStyle, valueAxis, widthOf } from './look.js';
import { ink } from './palette.js';

/** Classes that are drawn; of more the largest. */
const MOST = 40;

/** Rows of each class, the largest first. */
export function classesPicture(classes: readonly { label: string; support: number }[]): Picture {
  const total = classes.reduce((sum, { support }) => sum + support, 0);
  const shown = [...classes].sort((a, b) => b.support - a.support).slice(0, MOST);
  const names = shown.map(({ label }) => clipped(label));
  const told = ({ label, support }: { label: string; support: number }) =>
    `${label}: ${grouped(support)} rows (${percent(total === 0 ? null : support / total)})`;
  return {
    name: 'classes',
    title: 'Rows by class',
    description: `${shown.map(told).join('; ')}${classes.length > MOST ? `; and ${classes.length - MOST} smaller classes` : ''}.`,
    width: 500,
    height: 66 + shown.length * (shown.length > 20 ? 18 : 24),
    told: (_series, datum) => told(shown[datum]!),
    option: {
      textStyle,
      grid: { left: widthOf(names) + 14, right: 56, top: 10, bottom: 52 },
      xAxis: valueAxis('rows', { splitNumber: 4, minInterval: 1 }),
      yAxis: nameAxis(names, { inverse: true }),
      series: [
        {
          type: 'bar',
          barMaxWidth: 14,
          data: shown.map(({ support }) => support),
          itemStyle: { color: ink('third'), borderRadius: [0, 2, 2, 0] },
          label: {
            show: true,
            position: 'right',
            ...textStyle,
            formatter: ({ value }: { value: number }) => numberText(value),
          },
        },
      ],
    },
  };
}

/** How long texts are, in UTF-16 units: rows by length, in bins that double. */
export function lengthsPicture(lengths: ArrayLike<number>): Picture {
  const sorted = Uint32Array.from(lengths).sort();
  const median = sorted[Math.floor((sorted.length - 1) / 2)]!;
  const first = Math.max(3, Math.ceil(Math.log2(sorted[0]!)));
  const last = Math.max(first, Math.ceil(Math.log2(sorted.at(-1)!)));
  const bins = Array.from({ length: last - first + 1 }, (_, i) => ({
    from: i === 0 ? 0 : 2 ** (first + i - 1) + 1,
    to: 2 ** (first + i),
    rows: 0,
  }));
  for (const length of sorted) bins[Math.max(0, Math.ceil(Math.log2(length)) - first)]!.rows++;
  const names = bins.map(({ to }) => numberText(to));
  return {
    name: 'lengths',
    title: 'Length of texts',
    description: `Half of the texts have up to ${grouped(median)} characters. ${bins.map(({ from, to, rows }) => `${from}–${to} characters: ${grouped(rows)} rows`).join('; ')}.`,
    width: 500,
    height: 300,
    told: (_series, datum) => {
      const { from, to, rows } = bins[datum]!;
      return `${grouped(from)}–${grouped(to)} characters: ${grouped(rows)} rows`;
    },
    option: {
      textStyle,
      grid: { left: 64, right: 24, top: 16, bottom: 54 },
      xAxis: nameAxis(names, {
        name: 'characters, up to',
        nameLocation: 'middle',
        nameGap: 30,
        nameTextStyle: { ...textStyle, color: ink('muted') },
      }),
      yAxis: valueAxis('rows', { nameGap: 46, minInterval: 1 }),
      series: [
        {
          type: 'bar',
          barCategoryGap: '12%',
          data: bins.map(({ rows }) => rows),
          itemStyle: { color: ink('third'), borderRadius: [2, 2, 0, 0] },
        },
      ],
    },
  };
}
