import type { ClassMetrics } from '../../metrics/classification.js';
import { figure, grouped } from '../format.js';
import type { Picture } from './draw.js';
import { clipped, figuresBehind, nameAxis, textStyle, valueAxis, widthOf } from './look.js';
import { ink } from './palette.js';

/** F1 of each class as a bar, the best first, with precision and recall as marks on it; classes without any are left out. */
export function classBars(perClass: readonly ClassMetrics[]): Picture {
  const classes = perClass.filter(({ f1 }) => f1 !== null).sort((a, b) => b.f1! - a.f1!);
  const names = classes.map(({ label, support }) => `${clipped(label)}  ·  ${grouped(support)}`);
  const room = widthOf(names) + 14;
  const line = classes.length > 30 ? 19 : 26;
  const [width, height] = [760, 24 + classes.length * line + 52];
  const [best, worst] = [classes[0], classes.at(-1)];
  const mark = (key: 'precision' | 'recall', symbol: string) => ({
    type: 'line',
    data: classes.flatMap((c, i) => (c[key] === null ? [] : [[c[key], i]])),
    lineStyle: { width: 0 },
    symbol,
    symbolSize: 9,
    itemStyle: { color: ink('paper'), borderColor: ink('ink'), borderWidth: 1.5 },
  });
  return {
    name: 'per_class',
    title: 'F1 by class',
    description: `${classes.length} classes${best && worst ? `, from ${best.label} (F1 ${figure(best.f1)}) to ${worst.label} (F1 ${figure(worst.f1)})` : ''}. A bar is F1; a circle is precision, a diamond recall.`,
    width,
    height,
    told: (series, datum) => {
      if (series > 0) return '';
      const { label, precision, recall, f1, support } = classes[datum]!;
      return `${label}: F1 ${figure(f1)}, precision ${figure(precision)}, recall ${figure(recall)}, ${grouped(support)} rows`;
    },
    option: {
      textStyle,
      grid: { left: room, right: 56, top: 14, bottom: 52 },
      xAxis: valueAxis('F1 (bar), precision (circle), recall (diamond)', { min: 0, max: 1 }),
      yAxis: nameAxis(names, { inverse: true, axisLabel: { ...textStyle, interval: 0, fontSize: 12 } }),
      series: [
        {
          type: 'bar',
          data: classes.map(({ f1 }) => f1),
          barWidth: Math.round(line * 0.55),
          itemStyle: { color: ink('accent'), opacity: 0.85, borderRadius: [0, 3, 3, 0] },
        },
        mark('precision', 'circle'),
        mark('recall', 'diamond'),
        figuresBehind(classes.map(({ f1 }) => f1!)),
      ],
    },
  };
}
