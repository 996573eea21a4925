import type { Picture } from './draw.js';
import { clipped, nameAxis, textStyle, valueAxis, widthOf } from './look.js';
import { ink } from './palette.js';

/** A class and the terms that speak for it and against it, the strongest first. */
export interface ClassTerms {
  label: string;
  for: { term: string; weight: number }[];
  against: { term: string; weight: number }[];
}

/** Terms on each side of a picture. */
const EACH = 10;

/** What the picture of a class is called, by its place among those that are drawn. */
export const termsName = (number: number): string => `terms_${number}`;

/** What terms weigh for a class (to the right) and against it (to the left). */
export function termsPicture({ label, ...terms }: ClassTerms, number: number): Picture {
  const shown = [...terms.for.slice(0, EACH), ...terms.against.slice(0, EACH).reverse()];
  const names = shown.map(({ term }) => clipped(term, 24));
  const height = shown.length * 22 + 62;
  const told = ({ term, weight }: { term: string; weight: number }) =>
    `${term}: ${weight < 0 ? '−' : '+'}${Math.abs(weight).toPrecision(3)}`;
  return {
    name: termsName(number),
    title: `Terms that weigh most for and against ${label}`,
    description: `${shown.map(told).join('; ')}.`,
    width: 500,
    height,
    told: (_series, datum) => told(shown[datum]!),
    option: {
      textStyle,
      grid: { left: widthOf(names) + 14, right: 24, top: 10, bottom: 52 },
      xAxis: valueAxis('weight', { splitNumber: 4 }),
      yAxis: nameAxis(names, { inverse: true }),
      series: [
        {
          type: 'bar',
          barWidth: 13,
          data: shown.map(({ weight }) => ({
            value: weight,
            itemStyle: { color: ink(weight < 0 ? 'wrong' : 'accent'), borderRadius: 2 },
          })),
        },
      ],
    },
  };
}
