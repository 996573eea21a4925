import { durationText, figure } from '../../report/format.js';
import { changesText, type Tuning } from '../../report/tuning.js';
import { settings as allSettings } from '../../tasks/settings.js';
import { ciFlags } from '../ci/ci-flags.js';
import type { Command } from '../command.js';
import { dataFlags, dataOptions } from '../data-flags.js';
import { type FlagName, longFlag } from '../flags.js';
import { gateError, gateFlags, gateOptions } from '../gates.js';
import { type Terminal, textTable } from '../terminal.js';
import { ciFacts, passedText, trainedText } from './train.js';

/** Trials that stdout shows. */
const SHOWN = 20;

/** Settings that have no meaning in a search: nothing is watched while a trial trains. */
const without: ReadonlySet<string> = new Set(['patience', 'monitor']);

export const tune: Command = {
  usage: 'tune [data...]',
  summary:
    'search for the settings that do best on held-out training rows, then train and publish the winner',
  examples: [
    ['maas tune data.csv', 'as many recipes as a minute has room for, the winner included'],
    ['maas tune data.csv --budget 10m --metric f1_macro', 'longer, for rare classes'],
    ['maas tune data.csv --trials 40', 'the same trials and winner on any machine'],
    ['maas tune data.csv --models logistic,nb --analyzer char_wb', 'two models; what is given is held to'],
    [`maas tune data.csv --search '{"C": [1, 10, 100]}'`, 'these values (`search:` in the config file)'],
    [
      'maas tune data.csv --test test.csv --gate "f1_macro >= champion @95%" --promote champion',
      'the winner becomes the champion, if it is as good; exit code 4 if not',
    ],
    ['maas tune data.csv --resume', 'goes on with a search that was interrupted'],
  ],
  flags: [
    ...dataFlags,
    ...(['trials', 'budget', 'metric', 'models', 'search', 'cv', 'resume'] as const),
    ...gateFlags,
    ...ciFlags,
    ...(Object.keys(allSettings) as FlagName[]).filter((name) => !without.has(name)),
  ],

  async run(input) {
    const { values, settings, terminal } = input;
    const { tune } = await import('../../tasks/tune.js');
    terminal.toGoOn = 'the trials so far are kept: the same command with --resume goes on';
    const result = await tune(
      {
        ...dataOptions(input),
        given: settings,
        preset: values.preset,
        search: values.search,
        models: values.models,
        metric: values.metric,
        cv: values.cv,
        trials: values.trials,
        budget: values.budget,
        resume: values.resume,
        ...gateOptions(values),
      },
      terminal,
    );
    return {
      json: result,
      error: gateError(result.gates),
      ci: () => ciFacts(input, result),
      text: [
        trialsText(result.tune, terminal.style),
        '',
        trainedText(result, terminal.style),
        ...passedText(result, terminal.style),
      ].join('\n'),
    };
  },
};

/** The trials of a search as a table, best first. */
function trialsText(tuning: Tuning, style: Terminal['style']): string {
  const { metric, trials, winner, folds, scoredFolds, tried, seconds } = tuning;
  const others = (['accuracy', 'f1_macro', 'log_loss'] as const).filter((name) => name !== metric);
  const names = { accuracy: 'accuracy', f1_macro: 'F1 macro', log_loss: 'log loss' } as Record<
    string,
    string
  >;
  const rows = trials
    .slice(0, SHOWN)
    .map(({ trial, mean, std, whole, share, changes }) => [
      trial === winner ? `${trial} *` : String(trial),
      figure(mean?.[metric] ?? null),
      figure(std?.[metric] ?? null),
      ...others.map((name) => figure(mean?.[name] ?? null)),
      whole ? 'all' : `${Math.round(100 * share)} %`,
      changesText(changes),
    ]);
  const head = [
    'trial',
    names[metric] ?? metric,
    '±',
    ...others.map((name) => names[name]!),
    'rows',
    'settings',
  ];
  const on = scoredFolds === 1 ? `one of ${folds} folds` : `${folds} folds`;
  const best = trials.find(({ trial }) => trial === winner)!;
  return [
    textTable(style, head, rows, [true, true, true, ...others.map(() => true), true]),
    ...(trials.length > SHOWN ? [`and ${trials.length - SHOWN} more in trials.csv`] : []),
    '',
    `${tried} recipes by ${names[metric] ?? metric} on ${on} of the training rows, in ${durationText(seconds)}`,
    `the best: ${flagsText(best.changes)}`,
  ].join('\n');
}

/** Changes as the flags of a training. */
const flagsText = (changes: Record<string, unknown>): string =>
  Object.entries(changes)
    .map(([name, value]) => {
      const flag = longFlag(name as FlagName);
      if (typeof value === 'boolean') return value ? flag : flag.replace('--', '--no-');
      return `${flag} ${value === null ? 'none' : String(value)}`;
    })
    .join(' ') || 'the settings that were given';
