import { MaasError } from '../errors.js';
import { formatNames, quantizations } from '../export/kinds.js';
import { type ClassifierKind, classifierNames } from '../models/kinds.js';
import { monitorNames } from '../models/training/watch.js';
import { type Installable, installable } from '../tasks/installable.js';
import { type PresetName, presets } from '../tasks/presets.js';
import { freeText, integer, oneOf, onOff, orNone, type Setting, someText, where } from '../tasks/setting.js';
import { settings } from '../tasks/settings.js';
import { serving } from './serve-flags.js';
import { bytes, duration, pruning } from './units.js';

/** A setting with a value that shows its form, where nothing holds by itself. */
const shownBy = <T>(example: T | string, setting: Setting<T>): Setting<T> => ({
  ...setting,
  schema: { ...setting.schema, examples: [example] },
});

const list = (metavar: string, help: string): Setting<string[]> => ({
  parse: (value) => {
    const items = Array.isArray(value) ? value : [value];
    return items.length > 0 && items.every((item) => typeof item === 'string' && item !== '')
      ? items
      : undefined;
  },
  schema: { anyOf: [someText, { type: 'array', items: someText, minItems: 1 }] },
  expected: 'a text or a list of texts',
  metavar,
  help,
});

/** A map, which a command line gives as JSON. */
function parseMap(value: unknown): Record<string, unknown> | undefined {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  try {
    return typeof value === 'string' ? parseMap(JSON.parse(value)) : undefined;
  } catch {
    return undefined;
  }
}

/** Flags that are not settings of a training. */
const general = {
  config: freeText(
    '<file>',
    'YAML or JSON file with flags by their camelCase names (maas.config.yaml if it is there)',
  ),
  store: freeText('<dir>', 'where versions are kept (MAAS_STORE, else artifacts)'),
  json: onOff('print the result as one JSON object'),
  quiet: onOff('no progress and no warnings'),
  verbose: onOff('print the stack of an error'),
  color: onOff('colours on a terminal (NO_COLOR and FORCE_COLOR are honoured)'),
  name: freeText('<model>', 'name of the model (from the data file if not given)'),
  preset: oneOf(
    Object.keys(presets) as PresetName[],
    "settings to start from, of which sklearn is exactly scikit-learn's",
  ),
  train: list('<csv>', 'rows to learn from, where no file is named (may be repeated)'),
  test: list('<csv>', 'labelled rows to test on, in the place of held-out ones (may be repeated)'),
  data: list('<csv>', 'labelled rows to evaluate on, in the place of the held-out ones (may be repeated)'),
  slice: list(
    '<column>',
    'a column of the rows whose values are evaluated one by one, too, beside text_length and script (may be repeated)',
  ),
  keepText: onOff('tell mistakes with their texts, which the report then holds'),
  output: freeText('<path>', 'where to write'),
  report: onOff('report'),
  open: onOff('open the report in the browser (never in CI or with --json)'),
  // an empty one is answered as an empty field of a file is
  text: {
    parse: (value) => (typeof value === 'string' ? value : undefined),
    schema: { type: 'string' },
    expected: 'a text',
    metavar: '<text>',
    help: 'the text',
  } as Setting<string>,
  class: freeText('<label>', 'the class that is asked about'),
  terms: onOff('which terms of the vocabulary speak for and against each class'),
  top: integer(
    1,
    '<k>',
    'show no more than the k that weigh most (20 terms, and all words of a text, if not given)',
  ),
  lines: onOff('each line of the input, a blank one too, is one text; there is no header'),
  topK: integer(1, '<k>', 'answer with the k most probable classes'),
  minScore: {
    parse: where((n) => n > 0 && n <= 1),
    schema: { type: 'number', exclusiveMinimum: 0, maximum: 1, examples: [0.7] },
    expected: 'a probability above 0, up to 1',
    metavar: '<p>',
    help: 'give no label where its probability is below this',
  } as Setting<number>,
  coverage: {
    parse: where((n) => n > 0 && n < 1),
    schema: { type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 1, examples: [0.95] },
    expected: 'a share between 0 and 1, such as 0.95',
    metavar: '<share>',
    help: 'sets of labels, of which this share holds the true one (conformal prediction)',
  } as Setting<number>,
  rowFormat: oneOf(['csv', 'jsonl'], 'form of the rows'),
  threads: integer(
    1,
    '<n>',
    'threads to use (as many as there are cores if not given); the outcome is the same',
  ),
  maxMemory: shownBy(
    '4GB',
    bytes('<size>', 'refuse to take more memory than this (all that is free if not given)'),
  ),
  embeddingCache: orNone(
    freeText(
      '<dir>',
      'where the embeddings of texts are kept by their digests (embeddings in the store if not given); none for nowhere',
    ),
  ),
  cv: shownBy(
    5,
    integer(2, '<k>', 'cross-validate on k stratified folds, each scored by a model that did not see it'),
  ),
  trials: shownBy(40, integer(1, '<n>', 'recipes to try at the most')),
  budget: shownBy(
    '5m',
    duration(
      '<time>',
      'time for everything, training the winner included (60s where no number of trials is given)',
    ),
  ),
  metric: oneOf(
    monitorNames,
    'what to search for on rows that were held out of the training rows (accuracy)',
  ),
  models: {
    parse: (value) => {
      const names = Array.isArray(value) ? value : String(value).split(',');
      return names.length > 0 && names.every((name) => classifierNames.includes(name)) ? names : undefined;
    },
    schema: {
      anyOf: [
        { type: 'array', items: { enum: classifierNames }, minItems: 1 },
        { type: 'string', pattern: `^(${classifierNames.join('|')})(,(${classifierNames.join('|')}))*$` },
      ],
      examples: [['logistic', 'nb']],
    },
    expected: `models out of ${classifierNames.join(', ')}`,
    metavar: '<name,…>',
    help: `models to try: ${classifierNames.join(', ')}`,
  } as Setting<ClassifierKind[]>,
  search: {
    parse: parseMap,
    schema: { type: 'object', examples: [{ C: [1, 10, 100] }] },
    expected: 'values by setting, such as {"C": [1, 10], "ngramRange": [[1, 1], [1, 2]]}',
    metavar: '<json>',
    help: 'values to try by setting, lists or ranges {"from", "to", "log"}, in the place of what maas tries by itself',
  } as Setting<Record<string, unknown>>,
  resume: onOff('go on with what was interrupted, where there is something'),
  checkpointSeconds: {
    parse: (value) => (Number(value) >= 0 && value !== '' ? Number(value) : undefined),
    schema: { type: 'number', minimum: 0, examples: [30] },
    expected: 'seconds, 0 or more',
    metavar: '<s>',
    help: 'seconds between two checkpoints of a training that goes step by step (30)',
  } as Setting<number>,
  against: freeText(
    '<version>',
    'a version to compare with on the same rows: an alias or a number of the same model, or any other reference',
  ),
  gate: shownBy(
    ['f1_macro >= 0.85'],
    list(
      '<condition>',
      'condition that the version must meet, else the exit code is 4, such as "f1_macro >= 0.85", "recall(urgent) >= 0.9", "accuracy[source=web] >= 0.8" or "accuracy >= champion - 0.005 @95%" (may be repeated)',
    ),
  ),
  maxNegativeFlips: {
    parse: (value) => {
      const [, percent] = /^([\d.]+) ?%$/.exec(String(value)) ?? [];
      const share = Number(percent ?? value) / (percent === undefined ? 1 : 100);
      return value !== '' && share >= 0 && share <= 1 ? share : undefined;
    },
    schema: {
      anyOf: [
        { type: 'number', minimum: 0, maximum: 1 },
        { type: 'string', pattern: '^(100(\\.0*)?|\\d{1,2}(\\.\\d*)?|\\.\\d+) ?%$' },
      ],
      examples: ['2%'],
    },
    expected: 'a share of the rows such as 2% or 0.02',
    metavar: '<share>',
    help: 'rows that the champion has right and this version may have wrong, such as 2%, else the exit code is 4',
  } as Setting<number>,
  promote: shownBy(
    'champion',
    freeText('<alias>', 'give this alias, champion for one, to the version if it meets all gates'),
  ),
  ci: oneOf(
    ['github', 'gitlab', 'none'],
    'the CI that is told what came of it, in the place of the one that the environment says; of init, the one whose workflow is written',
  ),
  summary: freeText('<file>', 'write what came of it as Markdown, as GitHub shows it of a step'),
  openmetrics: freeText('<file>', 'write the metrics in the OpenMetrics format (on GitLab: metrics.txt)'),
  junit: freeText('<file>', 'write a JUnit file with a case for each gate'),
  force: onOff('write anew what is there already'),
  as: shownBy('staging', freeText('<alias>', 'alias to give (champion)')),
  reason: freeText('<text>', 'why, for the history'),
  install: oneOf<Installable>(
    installable,
    'install the libraries of a device, or of the vectorizer sentence',
  ),
  keepGoing: onOff('train on data that differs, too'),
  yes: onOff('do it without asking'),
  exportFormat: oneOf(formatNames, 'form of the export'),
  quantize: oneOf(quantizations, 'store weights as these numbers'),
  prune: pruning(
    '<terms>',
    'keep the terms that do most to scores: so many (50000), a share (20%), or as many as fit (1MB)',
  ),
  inputs: oneOf(['text', 'features'], 'what a graph takes (text, unless that cannot be exact)'),
} as const;

export const flags = { ...general, ...serving, ...settings } as const;
export type FlagName = keyof typeof flags;

/** The values of flags by name, checked. */
export type FlagValues = { [K in FlagName]?: (typeof flags)[K] extends Setting<infer T> ? T : never };

/** Flags whose name on the command line is another than their own. */
const spelled: Partial<Record<FlagName, string>> = { rowFormat: 'format', exportFormat: 'format' };
const short: Partial<Record<FlagName, string>> = { output: '-o' };

/** A flag's camelCase name for users: in config files, and for commander. */
export const publicName = (flag: FlagName): string => spelled[flag] ?? flag;

/** Flags that may be given several times. */
export const repeatable: ReadonlySet<FlagName> = new Set([
  ...(['train', 'test', 'data', 'slice', 'gate', 'tuneThreshold'] as const),
  ...(['shadow', 'cors'] as const),
]);

/** topK → --top-k; C → --C. */
export const longFlag = (flag: FlagName): string =>
  `--${publicName(flag).replace(/(?<=.)[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** The flag as commander and its help want it: "-o, --output <path>". */
export function flagUsage(flag: FlagName): string {
  const { metavar } = flags[flag] as Setting<unknown>;
  return `${short[flag] ? `${short[flag]}, ` : ''}${longFlag(flag)}${metavar ? ` ${metavar}` : ''}`;
}

/** The value of a flag, checked. Throws `usage`; `source` says where it was given. */
export function parseFlag(flag: FlagName, value: unknown, source: string): unknown {
  const setting: Setting<unknown> = flags[flag];
  const parsed = setting.parse(value);
  if (parsed === undefined) {
    throw new MaasError('usage', `${source} is ${JSON.stringify(value)}, expected ${setting.expected}`);
  }
  return parsed;
}
