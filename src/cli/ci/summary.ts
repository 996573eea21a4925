import type { IntervalMetric } from '../../metrics/bootstrap.js';
import type { ComparedMetric } from '../../metrics/comparison.js';
import { confusedPairs } from '../../report/confusion.js';
import { figure, grouped, intervalText, percent, signed } from '../../report/format.js';
import { cell, markdownTable } from '../../report/markdown-table.js';
import type { GateResult } from '../../tasks/gate-results.js';
import type { CiFacts } from './facts.js';

/** The metrics that a summary tells. */
const headlines = ['accuracy', 'balanced_accuracy', 'f1_macro', 'log_loss'] as const;

/** Classes and pairs of classes that it names at the most. */
const [CLASSES, PAIRS] = [30, 10];

/** What came of a command as Markdown: the verdict first, then what it is made of. `run` is where a CI shows the run. */
export function summary(command: string, facts: CiFacts, run?: string): string {
  const { evaluation, comparison, gates } = facts;
  const sections = [
    `## ${text(`maas ${command}: ${facts.model}@${facts.version}`)}`,
    verdict(facts),
    ...(evaluation ? [metricsTable(evaluation)] : []),
    ...(gates?.length ? ['### Gates', gatesTable(gates)] : []),
    ...(comparison ? changes(comparison) : []),
    ...(facts.notCompared ? [`Not compared with the champion: ${text(facts.notCompared)}`] : []),
    ...(evaluation ? mistakes(evaluation) : []),
    where(facts, run),
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

/** What went wrong, as Markdown. */
export const failure = (command: string, message: string, hint: string | undefined): string =>
  `## ${text(`maas ${command}`)}\n\n**Failed:** ${text(message)}\n${hint ? `\n${text(hint)}\n` : ''}`;

function verdict({ gates, promoted, comparison, ...facts }: CiFacts): string {
  const failed = gates?.filter(({ passed }) => !passed).length ?? 0;
  const [one, many] = ['gate is', 'gates are'];
  const met = gates?.length
    ? failed > 0
      ? `❌ **${failed} of ${gates.length} ${gates.length === 1 ? one : many} not met.**`
      : `✅ **${gates.length === 1 ? 'The gate is' : `All ${gates.length} gates are`} met.**`
    : '';
  const moved =
    promoted === undefined
      ? ''
      : promoted === null
        ? 'Not promoted.'
        : `${text(`${facts.model}@${facts.version}`)} is the ${text(promoted.alias)} now.`;
  const beside = comparison
    ? `Accuracy against ${text(`${comparison.a.model}@${comparison.a.version}`)}: **${comparison.verdict}**.`
    : '';
  return [met, moved, beside].filter(Boolean).join(' ');
}

function metricsTable({ metrics, intervals, baselines, data }: NonNullable<CiFacts['evaluation']>): string {
  const files = data.kind === 'held-out' ? '' : data.files.map(({ path }) => path).join(', ');
  const on = { 'held-out': 'held-out rows', file: files, folds: `folds of ${files}, fitted anew` }[data.kind];
  return [
    `On ${grouped(metrics.n)} rows (${text(on)}):`,
    '',
    markdownTable(
      ['metric', 'value', '95 % interval', ...(baselines?.nb ? ['naive Bayes'] : [])],
      headlines.map((name) => [
        name,
        figure(metrics[name]),
        intervalText(intervals[name as IntervalMetric]),
        ...(baselines?.nb ? [figure((baselines.nb as Partial<typeof metrics>)[name] ?? null)] : []),
      ]),
    ),
  ].join('\n');
}

const gatesTable = (gates: readonly GateResult[]): string =>
  markdownTable(
    ['gate', 'value', 'threshold', 'margin', ''],
    gates.map(({ gate, value, threshold, margin, passed, note }) => [
      short(gate),
      figure(value),
      figure(threshold),
      signed(margin),
      `${passed ? '✅ passed' : '❌ failed'}${note ? `: ${short(note)}` : ''}`,
    ]),
  );

function changes({ a, b, metrics, flips, mcnemar, negativeFlipRate }: NonNullable<CiFacts['comparison']>) {
  const moved = flips
    .filter(({ rightToWrong, wrongToRight }) => rightToWrong + wrongToRight > 0)
    .sort((one, other) => other.rightToWrong - one.rightToWrong)
    .slice(0, CLASSES);
  const [before, after] = [a, b].map(({ model, version }) => `${model}@${version}`) as [string, string];
  return [
    `### ${text(after)} against ${text(before)}`,
    markdownTable(
      ['metric', before, after, 'change', '95 % interval', ''],
      (Object.keys(metrics) as ComparedMetric[]).map((name) => {
        const { a, b, difference, interval, verdict } = metrics[name];
        const bounds = interval ? interval.map((bound) => signed(bound)).join(' to ') : '';
        return [name, figure(a), figure(b), signed(difference), bounds, verdict];
      }),
    ),
    `${grouped(mcnemar.rightToWrong)} rows went from right to wrong (${percent(negativeFlipRate)}), ${grouped(mcnemar.wrongToRight)} from wrong to right.`,
    ...(moved.length > 0
      ? [
          markdownTable(
            ['class', 'right → wrong', 'wrong → right', 'rows'],
            moved.map((flip) => [
              short(flip.label),
              ...[flip.rightToWrong, flip.wrongToRight, flip.rows].map(grouped),
            ]),
          ),
        ]
      : []),
  ];
}

function mistakes({ perClass, confusion }: NonNullable<CiFacts['evaluation']>): string[] {
  const worst = [...perClass].sort((one, other) => (one.f1 ?? 2) - (other.f1 ?? 2)).slice(0, CLASSES);
  const pairs = confusedPairs(confusion, PAIRS);
  return [
    `### By class, worst first${worst.length < perClass.length ? ` (${worst.length} of ${perClass.length})` : ''}`,
    markdownTable(
      ['class', 'precision', 'recall', 'f1', 'rows'],
      worst.map((each) => [
        short(each.label),
        ...[each.precision, each.recall, each.f1].map((value) => figure(value)),
        grouped(each.support),
      ]),
    ),
    ...(pairs.length > 0
      ? [
          '### Most confused',
          markdownTable(
            ['class', 'predicted', 'rows'],
            pairs.map(({ label, predicted, rows }) => [short(label), short(predicted), grouped(rows)]),
          ),
        ]
      : []),
  ];
}

function where({ report, path, skipped }: CiFacts, run: string | undefined): string {
  const bad = skipped ? `${grouped(skipped)} bad ${skipped === 1 ? 'row was' : 'rows were'} left out. ` : '';
  const file = report ?? path;
  if (file === undefined) return bad.trim();
  const link = run ? `[${text(file)}](${run}), among what the run uploads` : text(file);
  return `${bad}${report ? 'Report' : 'Version'}: ${link}`;
}

/** Text inside of Markdown, in one line. */
const text = (raw: string) => cell(raw);

/** A label may be as long as a text; tables take its beginning. */
const short = (label: string) => (label.length > 80 ? `${label.slice(0, 79)}…` : label);
