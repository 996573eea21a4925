import type { Confusion } from '../../metrics/classification.js';
import { grouped, percent } from '../format.js';
import type { Picture } from './draw.js';
import { clipped, customSeries, textStyle, widthOf } from './look.js';
import { ink } from './palette.js';

/** Classes that a map shows at the most; of more those that are mistaken most. */
export const MOST_MAPPED = 100;
/** Classes up to which cells hold their numbers. */
const MOST_NUMBERED = 14;

type Cell = [column: number, line: number, rows: number, share: number];

/**
 * The confusion matrix as a heat map: a line for each true label, a column for each predicted one, cells as strong as their share
 * of the line's rows; the diagonal, which is right, in another colour than the rest.
 */
export function confusionMap(confusion: Confusion): Picture {
  const kept = mostMistaken(confusion);
  const labels = kept.map((c) => confusion.labels[c]!);
  const counts = kept.map((i) => kept.map((j) => confusion.counts[i]![j]!));
  const n = labels.length;
  const dense = n > 30;
  const size = dense ? 8.5 : 12;
  const names = labels.map((label) => clipped(label, 24));
  const cell = dense ? 10 : Math.max(20, Math.min(64, Math.floor(640 / Math.max(1, n))));
  const room = widthOf(names, size) + 14;
  const totals = kept.map((c) => total(confusion.counts[c]!));
  const data = counts.flatMap((row, i) =>
    row.flatMap((rows, j): Cell[] => (rows > 0 ? [[j, i, rows, rows / totals[i]!]] : [])),
  );
  const square = cell * n;
  const upright = n <= MOST_NUMBERED && Math.max(...names.map((name) => widthOf([name]))) <= cell;
  const below = (upright ? 24 : room) + 26;
  const [width, height] = [room + 26 + square + 14, 14 + square + below];
  const right = counts.reduce((sum, row, i) => sum + row[i]!, 0);
  const axis = {
    type: 'category',
    data: names,
    nameLocation: 'middle',
    nameTextStyle: { ...textStyle, color: ink('muted') },
    axisLine: { show: false },
    axisTick: { show: false },
  };
  const label = { ...textStyle, fontSize: size, interval: 0 };
  return {
    name: 'confusion_matrix',
    title: 'Confusion matrix',
    description: `${n} classes: of ${grouped(total(totals))} rows ${grouped(right)} stand on the diagonal, where the predicted label is the true one. The stronger a cell, the larger its share of the rows with its true label.`,
    width,
    height,
    told: (series, datum) => {
      if (series > 0) return '';
      const [j, i, rows, share] = data[datum]!;
      const said = i === j ? 'predicted rightly' : `predicted as ${labels[j]}`;
      return `${labels[i]}: ${grouped(rows)} of ${grouped(totals[i]!)} rows (${percent(share)}) ${said}`;
    },
    option: {
      textStyle,
      grid: { left: room + 26, top: 14, width: square, height: square },
      xAxis: {
        ...axis,
        name: 'predicted',
        nameGap: below - 14,
        axisLabel: { ...label, ...(!upright && { rotate: 90 }) },
      },
      yAxis: { ...axis, name: 'true', inverse: true, nameGap: room + 8, axisLabel: label },
      series: [
        customSeries(
          data,
          ([j, i, rows, share], place) => {
            const [x, y] = place(j, i);
            const side = cell - (dense ? 0.8 : 2);
            const rect = {
              type: 'rect',
              shape: { x: x - side / 2, y: y - side / 2, width: side, height: side, r: dense ? 1 : 3 },
              style: { fill: ink(i === j ? 'accent' : 'wrong'), opacity: strength(share, dense) },
            };
            const style = { ...textStyle, x, y, align: 'center', verticalAlign: 'middle' };
            const fill = ink(share > 0.35 ? 'paper' : 'ink');
            const words = { type: 'text', silent: true, style: { ...style, text: grouped(rows), fill } };
            return n > MOST_NUMBERED ? rect : { type: 'group', children: [rect, words] };
          },
          { silent: false },
        ),
        frame(n, cell),
      ],
    },
  };
}

/** How much of its colour a cell has: few rows can be seen, too. */
const strength = (share: number, dense: boolean) => {
  const least = dense ? 0.3 : 0.16;
  return least + (1 - least) * share ** 0.7;
};

/** Faint lines between the classes, so that an empty cell can be told whose it is. */
const frame = (n: number, cell: number) =>
  customSeries(
    Array.from({ length: n }, (_, at) => at),
    (at, place) => {
      const [x, y] = place(at, at);
      const style = { stroke: ink('line'), lineWidth: at % 5 === 0 ? 1 : 0.5 };
      const [left, top] = [x - cell * (at + 0.5), y - cell * (at + 0.5)];
      const [right, bottom] = [left + n * cell, top + n * cell];
      const [across, down] = [y - cell / 2, x - cell / 2];
      return {
        type: 'group',
        children: [
          { type: 'line', shape: { x1: left, x2: right, y1: across, y2: across }, style },
          { type: 'line', shape: { x1: down, x2: down, y1: top, y2: bottom }, style },
        ],
      };
    },
    { z: 0 },
  );

/** The numbers of all classes, or of those that most mistakes are about. */
function mostMistaken({ labels, counts }: Confusion): number[] {
  const all = labels.map((_, c) => c);
  if (all.length <= MOST_MAPPED) return all;
  const mistakes = all.map(
    (c) => total(counts[c]!) + total(counts.map((row) => row[c]!)) - 2 * counts[c]![c]!,
  );
  return all
    .sort((a, b) => mistakes[b]! - mistakes[a]! || a - b)
    .slice(0, MOST_MAPPED)
    .sort((a, b) => a - b);
}

const total = (numbers: readonly number[]) => numbers.reduce((sum, number) => sum + number, 0);
