import type { TrainingReport } from '../models/training/loop.js';
import { chart, escaped, text } from './chart.js';

/** The loss of each epoch, and the log loss on the validation rows where there are any, as SVG. */
export function historyPlot({ history, epoch: taken }: Pick<TrainingReport, 'history' | 'epoch'>): string {
  const lines = [
    {
      name: 'training loss',
      color: '#1f6feb',
      points: history.map(({ epoch, loss }) => ({ epoch, value: loss })),
    },
    {
      name: 'validation log loss',
      color: '#bc4c00',
      points: history.map(({ epoch, validation }) => ({ epoch, value: validation?.log_loss ?? Number.NaN })),
    },
  ]
    .map((line) => ({ ...line, points: line.points.filter(({ value }) => Number.isFinite(value)) }))
    .filter(({ points }) => points.length > 0);
  const told = lines.map(
    ({ name, points }) => `${name} from ${points[0]!.value.toFixed(4)} to ${points.at(-1)!.value.toFixed(4)}`,
  );
  const values = lines.flatMap(({ points }) => points.map(({ value }) => value));
  const description = `${history.length} epochs, of which the weights of epoch ${taken} were taken: ${told.join('; ')}.`;
  const { x, y, right, top, bottom, svg } = chart(
    'loss by epoch',
    description,
    'epoch',
    history.length,
    values,
  );
  return svg([
    `<line x1="${x(taken)}" x2="${x(taken)}" y1="${top}" y2="${bottom}" stroke="#1a7f37" stroke-dasharray="4 4"><title>${escaped(`the weights of epoch ${taken} were taken`)}</title></line>`,
    ...lines.flatMap(({ name, color, points }, i) => [
      `<polyline points="${points.map(({ epoch, value }) => `${x(epoch)},${y(value)}`).join(' ')}" fill="none" stroke="${color}" stroke-width="2"/>`,
      ...points.map(
        ({ epoch, value }) =>
          `<circle cx="${x(epoch)}" cy="${y(value)}" r="3" fill="${color}"><title>${escaped(`epoch ${epoch}: ${name} ${value.toFixed(4)}`)}</title></circle>`,
      ),
      text(`x="${right - 160 * i}" y="22" text-anchor="end" fill="${color}"`, name),
    ]),
  ]);
}
