import type { TrainingReport } from '../../models/training/loop.js';
import type { Picture } from './draw.js';
import { named, textStyle, valueAxis } from './look.js';
import { ink, type Tone } from './palette.js';

/** The loss of each epoch, and the log loss on the validation rows where there are any. */
export function historyPicture({
  history,
  epoch: taken,
}: Pick<TrainingReport, 'history' | 'epoch'>): Picture {
  const lines = (
    [
      { name: 'training loss', tone: 'accent', values: history.map(({ loss }) => loss) },
      {
        name: 'validation log loss',
        tone: 'wrong',
        values: history.map(({ validation }) => validation?.log_loss ?? Number.NaN),
      },
    ] satisfies { name: string; tone: Tone; values: number[] }[]
  )
    .map(({ values, ...line }) => ({
      ...line,
      points: values.flatMap((value, i) =>
        Number.isFinite(value) ? [[history[i]!.epoch, value] as const] : [],
      ),
    }))
    .filter(({ points }) => points.length > 0);
  const told = lines.map(
    ({ name, points }) => `${name} from ${points[0]![1].toFixed(4)} to ${points.at(-1)![1].toFixed(4)}`,
  );
  const [low, high] = [Math.min, Math.max].map((extreme) =>
    extreme(...lines.flatMap(({ points }) => points.map(([, value]) => value))),
  );
  return {
    name: 'history',
    title: 'Loss by epoch',
    description: `${history.length} epochs, of which the weights of epoch ${taken} were taken: ${told.join('; ')}.`,
    width: 720,
    height: 380,
    told: (series, datum) => {
      const line = lines[series];
      return line ? `epoch ${line.points[datum]![0]}: ${line.name} ${line.points[datum]![1].toFixed(4)}` : '';
    },
    option: {
      textStyle,
      grid: { left: 64, right: 150, top: 20, bottom: 54 },
      xAxis: valueAxis('epoch', {
        min: Math.min(1, history.length - 1),
        max: history.length,
        minInterval: 1,
        splitLine: { show: false },
      }),
      yAxis: valueAxis('loss', { scale: true, nameGap: 46 }),
      series: [
        ...lines.map(({ name, tone, points }, i) => ({
          type: 'line',
          data: points,
          symbol: i === 0 ? 'circle' : 'diamond',
          symbolSize: 7,
          lineStyle: { color: ink(tone), width: 2, type: i === 0 ? 'solid' : [7, 3] },
          itemStyle: { color: ink(tone) },
          endLabel: named(name, tone),
        })),
        {
          type: 'line',
          silent: true,
          symbol: 'none',
          data:
            lines.length > 0
              ? [
                  [taken, low],
                  [taken, high],
                ]
              : [],
          lineStyle: { color: ink('muted'), type: [3, 3], width: 1.5 },
          endLabel: named('taken', 'muted'),
        },
      ],
    },
  };
}
