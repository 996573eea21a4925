import type { ComparedMetric, Flips } from '../metrics/comparison.js';
import { figure, grouped, percent, signed } from '../report/format.js';
import type { CompareResult } from '../tasks/compare.js';
import { type Terminal, textTable } from './terminal.js';

/** How version b did beside version a, in words and tables. */
export function comparisonText(result: CompareResult, style: Terminal['style']): string {
  const [a, b] = [result.a, result.b].map(({ model, version }) => `${model}@${version}`) as [string, string];
  const on =
    result.data.kind === 'held-out'
      ? 'their held-out rows'
      : result.data.files.map((file) => file.path).join(', ');
  const { rightToWrong, wrongToRight, p } = result.mcnemar;
  const { rowsToTell } = result.metrics.accuracy;
  const more = rowsToTell === null ? '' : `, which takes about ${grouped(rowsToTell)} rows`;
  const flips = result.flips.filter((flip) => flip.rightToWrong + flip.wrongToRight > 0);
  return [
    `${style.bold(b)} against ${style.bold(a)} on ${on} (${grouped(result.rows)} rows): ${style.bold(result.verdict)}${more}`,
    '',
    textTable(
      style,
      ['metric', a, b, 'difference', '95 % interval', ''],
      (Object.keys(result.metrics) as ComparedMetric[]).map((name) => {
        const { a, b, difference, interval, verdict } = result.metrics[name];
        const bounds = interval ? interval.map((bound) => signed(bound)).join(' to ') : '';
        return [name, figure(a), figure(b), signed(difference), bounds, verdict];
      }),
      [false, true, true, true, true],
    ),
    '',
    `${grouped(rightToWrong)} rows right → wrong (${percent(result.negativeFlipRate)}), ${grouped(wrongToRight)} wrong → right, ${grouped(result.changed)} changed; McNemar p ${p < 0.0001 ? '< 0.0001' : figure(p)}`,
    ...(flips.length > 0
      ? [
          '',
          flipsTable(
            style,
            ['class'],
            flips.map((flip) => [[flip.label], flip]),
          ),
        ]
      : []),
    ...(result.slices?.length
      ? [
          '',
          flipsTable(
            style,
            ['slice by', ''],
            result.slices.slice(0, SHOWN).map((flip) => [[flip.by, flip.value], flip]),
          ),
        ]
      : []),
  ].join('\n');
}

/** Slices that are shown. */
const SHOWN = 10;

const flipsTable = (
  style: Terminal['style'],
  head: string[],
  rows: [names: string[], flips: Pick<Flips, 'rightToWrong' | 'wrongToRight' | 'rows'>][],
): string =>
  textTable(
    style,
    [...head, 'right → wrong', 'wrong → right', 'rows'],
    rows.map(([names, { rightToWrong, wrongToRight, rows }]) => [
      ...names,
      ...[rightToWrong, wrongToRight, rows].map(grouped),
    ]),
    [...head.map(() => false), true, true, true],
  );
