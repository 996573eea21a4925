import type { ReliabilityBin } from '../../metrics/calibration.js';
import type { ScoreBin } from '../../metrics/score-histogram.js';
import { figure, grouped, percent } from '../format.js';
import type { Picture } from './draw.js';
import { nameAxis, named, textStyle, valueAxis } from './look.js';
import { ink } from './palette.js';

/** How often the predicted label is right, by how sure the model was; points as large as their rows are many. */
export function reliabilityPicture(bins: readonly ReliabilityBin[], ece: number | null): Picture {
  const filled = bins.filter(({ rows }) => rows > 0);
  const most = Math.max(1, ...filled.map(({ rows }) => rows));
  return {
    name: 'reliability',
    title: 'Reliability',
    description: `Expected calibration error ${figure(ece)}. ${filled.map(({ confidence, accuracy, rows }) => `Sure ${percent(confidence)}, right ${percent(accuracy)} of ${grouped(rows)} rows`).join('; ')}.`,
    width: 500,
    height: 430,
    told: (series, datum) => {
      const bin = filled[datum];
      return series === 1 && bin
        ? `sure ${percent(bin.confidence)}, right ${percent(bin.accuracy)} of ${grouped(bin.rows)} rows`
        : '';
    },
    option: {
      textStyle,
      grid: { left: 58, right: 24, top: 20, bottom: 54 },
      xAxis: valueAxis('mean probability of the predicted label', { min: 0, max: 1 }),
      yAxis: valueAxis('share that is right', { min: 0, max: 1, nameGap: 38 }),
      series: [
        {
          type: 'line',
          silent: true,
          symbol: 'none',
          data: [
            [0, 0],
            [1, 1],
          ],
          lineStyle: { color: ink('muted'), type: [5, 4], width: 1.5 },
          endLabel: { ...named('', 'muted') },
        },
        {
          type: 'line',
          data: filled.map(({ confidence, accuracy }) => [confidence, accuracy]),
          lineStyle: { color: ink('accent'), width: 2 },
          itemStyle: { color: ink('accent'), borderColor: ink('paper'), borderWidth: 1 },
          symbol: 'circle',
          symbolSize: (_value: unknown, { dataIndex }: { dataIndex: number }) =>
            6 + 16 * Math.sqrt(filled[dataIndex]!.rows / most),
        },
      ],
    },
  };
}

/** Rows by the probability of their predicted label, those that are right and those that are wrong on each other. */
export function scorePicture(bins: readonly ScoreBin[]): Picture {
  const first = bins.findIndex(({ right, wrong }) => right + wrong > 0);
  const shown = bins.slice(Math.max(0, first));
  const names = shown.map(({ from }) => from.toFixed(2));
  const [right, wrong] = (['right', 'wrong'] as const).map((key) =>
    shown.reduce((sum, bin) => sum + bin[key], 0),
  );
  const bar = (key: 'right' | 'wrong', tone: 'accent' | 'wrong') => ({
    type: 'bar',
    stack: 'rows',
    data: shown.map((bin) => bin[key]),
    barCategoryGap: '12%',
    itemStyle: { color: ink(tone) },
  });
  return {
    name: 'scores',
    title: 'Probability of the predicted label',
    description: `${grouped(right!)} rows are predicted rightly, ${grouped(wrong!)} wrongly. ${shown.map(({ from, to, right, wrong }) => `Up to ${to.toFixed(2)} from ${from.toFixed(2)}: ${right} right, ${wrong} wrong`).join('; ')}.`,
    width: 500,
    height: 430,
    told: (series, datum) => {
      const { from, to, right, wrong } = shown[datum]!;
      return `${from.toFixed(2)}–${to.toFixed(2)}: ${grouped(series === 0 ? wrong : right)} ${series === 0 ? 'wrong' : 'right'}`;
    },
    option: {
      textStyle,
      grid: { left: 64, right: 24, top: 20, bottom: 54 },
      xAxis: nameAxis(names, {
        name: 'probability of the predicted label, from',
        nameLocation: 'middle',
        nameGap: 30,
        nameTextStyle: { ...textStyle, color: ink('muted') },
        axisLabel: { ...textStyle, color: ink('muted'), interval: names.length > 10 ? 1 : 0 },
      }),
      yAxis: valueAxis('rows', { nameGap: 46 }),
      series: [bar('wrong', 'wrong'), bar('right', 'accent')],
    },
  };
}
