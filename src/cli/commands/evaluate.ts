import type { IntervalMetric } from '../../metrics/bootstrap.js';
import type { Metrics } from '../../metrics/classification.js';
import { measuredTexts } from '../../report/decisions.js';
import { baselineNames, figure, foldsText, grouped, intervalText } from '../../report/format.js';
import { answerFlags, answerOptions } from '../answer-flags.js';
import { ciFlags } from '../ci/ci-flags.js';
import type { Command } from '../command.js';
import { comparisonText } from '../comparison.js';
import { gateError, gatesText } from '../gates.js';
import { textTable } from '../terminal.js';
import { understandingText } from '../understanding.js';

/** Not told to people: rows stand above, and micro averages are the accuracy where each row has one label. */
const untold: ReadonlySet<string> = new Set(['n', 'f1_micro', 'precision_micro', 'recall_micro']);

export const evaluate: Command = {
  usage: 'evaluate [model]',
  summary: 'metrics of a version (the newest, if none is named) on its held-out rows or on a file',
  examples: [
    ['maas evaluate', 'the newest version on the rows it never saw'],
    ['maas evaluate reviews@3 --data test.csv', 'a version on a labelled file'],
    [
      'maas evaluate reviews --data test.csv --slice source --keep-text',
      'which sources it does worst on, and its surest mistakes with their texts',
    ],
    ['maas evaluate reviews --against champion', 'improved, same or regressed, on the same rows'],
    ['maas evaluate reviews --data all.csv --cv 5', 'its recipe, fitted anew on five folds of a file'],
    [
      'maas evaluate reviews --coverage 0.95',
      'how often sets of labels hold the true one, and how large they are',
    ],
    [
      'maas evaluate reviews --gate "f1_macro >= 0.85" --gate "recall(urgent) >= 0.9"',
      'exit code 4 where one is not met',
    ],
    ['maas evaluate --open', 'the report in the browser'],
    ['maas evaluate --json', 'all figures as JSON'],
  ],
  flags: [
    'slice',
    'keepText',
    'against',
    'cv',
    'coverage',
    'minScore',
    'gate',
    'maxNegativeFlips',
    'output',
    'report',
    'open',
    ...answerFlags,
    ...ciFlags,
  ],

  async run(input) {
    const { evaluateModel } = await import('../../tasks/evaluate.js');
    const { args, values, typed, terminal } = input;
    const answering = answerOptions(input);
    const result = await evaluateModel(
      {
        ...answering,
        model: args[0] as string | undefined,
        slice: values.slice,
        keepText: values.keepText,
        against: values.against,
        cv: values.cv,
        coverage: values.coverage,
        minScore: values.minScore,
        gate: values.gate,
        maxNegativeFlips: values.maxNegativeFlips,
        report: values.report ?? true,
        // what a config file names is where exports and predictions go
        output: typed.has('output') ? values.output : undefined,
      },
      terminal,
    );
    if (values.open) {
      const { openPage } = await import('../open-page.js');
      await openPage(result.report, values.json ?? false, terminal);
    }
    const { metrics, perClass, data } = result;
    const { style } = terminal;
    const beside = (['nb', 'majority'] as const).filter((name) => result.baselines?.[name]);
    const files = data.kind === 'held-out' ? '' : data.files.map((file) => file.path).join(', ');
    const on = {
      'held-out': 'its held-out rows',
      file: files,
      folds: `${result.cv?.folds} folds of ${files}, fitted anew`,
    }[data.kind];
    const measured = measuredTexts(result);
    return {
      json: result,
      error: gateError(result.gates),
      ci: async () => {
        const { model, version, gates } = result;
        const { besideChampion } = await import('../ci/examined.js');
        const beside = result.cv ? {} : await besideChampion(input.store, result, values.data, answering);
        return { model, version, gates, report: result.report, evaluation: result, ...beside };
      },
      text: [
        `${style.bold(`${result.model}@${result.version}`)} on ${on} (${grouped(metrics.n)} rows)`,
        '',
        textTable(
          style,
          ['metric', 'value', '95 % interval', ...beside.map((name) => baselineNames[name])],
          (Object.keys(metrics) as (keyof typeof metrics)[])
            .filter((name) => metrics[name] !== null && !untold.has(name))
            .map((name) => [
              name,
              figure(metrics[name]),
              intervalText(result.intervals[name as IntervalMetric]),
              ...beside.map((baseline) =>
                figure(result.baselines![baseline]![name as keyof Metrics] ?? null),
              ),
            ]),
          [false, true, true, ...beside.map(() => true)],
        ),
        ...(result.cv ? ['', `by fold: ${foldsText(result.cv)}`] : []),
        '',
        textTable(
          style,
          ['class', 'precision', 'recall', 'f1', 'rows'],
          perClass.map((c) => [
            c.label,
            figure(c.precision),
            figure(c.recall),
            figure(c.f1),
            grouped(c.support),
          ]),
          [false, true, true, true, true],
        ),
        ...understandingText(result, style).flatMap((each) => ['', each]),
        ...(measured.length > 0 ? ['', ...measured] : []),
        ...(result.comparison ? ['', comparisonText(result.comparison, style)] : []),
        ...(result.report ? ['', `report  ${result.report}`] : []),
        ...(result.gates ? ['', gatesText(result.gates, style)] : []),
      ].join('\n'),
    };
  },
};
