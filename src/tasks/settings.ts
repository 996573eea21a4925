import { type DeviceChoice, deviceChoices } from '../compute/choices.js';
import { vectorizerNames } from '../features/kinds.js';
import { poolings } from '../features/pooling.js';
import { type Activation, activations } from '../models/activations.js';
import { classifierNames } from '../models/kinds.js';
import { optimizerNames } from '../models/training/optimizers.js';
import { scheduleNames } from '../models/training/schedules.js';
import { monitorNames } from '../models/training/watch.js';
import { type AnalyzerName, analyzers } from '../text/analyzer.js';
import type { NgramRange } from '../text/ngrams.js';
import { type StemmerName, stemmerNames } from '../text/stemmers.js';
import { type TokenizerName, tokenizers } from '../text/words.js';
import type { JsonSchema } from './json-schema.js';
import {
  fraction,
  integer,
  nonNegative,
  oneOf,
  onOff,
  orAuto,
  orNone,
  positive,
  type Setting,
  share,
  someText,
  text,
  where,
} from './setting.js';
import { parseTargets, targetExamples } from './threshold-targets.js';

const ngramRange: Setting<NgramRange> = {
  parse: (value) => {
    const parts = Array.isArray(value) ? value : typeof value === 'string' ? value.split(',') : [];
    const [min, max] = parts.map(where((n) => Number.isInteger(n) && n >= 1 && n <= 20));
    return parts.length === 2 && min !== undefined && max !== undefined && min <= max
      ? [min, max]
      : undefined;
  },
  schema: {
    anyOf: [
      { type: 'array', items: { type: 'integer', minimum: 1, maximum: 20 }, minItems: 2, maxItems: 2 },
      { type: 'string', pattern: '^([1-9]|1\\d|20),([1-9]|1\\d|20)$' },
    ],
  },
  expected: 'two whole numbers from 1 to 20, smallest first, such as 1,2',
  metavar: '<min,max>',
  help: 'lengths of the n-grams',
};

/** How texts become features. */
export const featureSettings = {
  vectorizer: oneOf(vectorizerNames, 'how texts become features'),
  analyzer: orAuto(oneOf(Object.keys(analyzers) as AnalyzerName[], 'what the terms are made of')),
  tokenizer: oneOf(Object.keys(tokenizers) as TokenizerName[], 'how words are found'),
  ngramRange: orAuto(ngramRange),
  lowercase: onOff('lower-case the texts first'),
  stopWords: orNone<string>({
    parse: text,
    schema: someText,
    expected: 'a language or a file of words',
    metavar: '<language|file>',
    help: 'words to leave out',
  }),
  stemmer: orNone<StemmerName>(oneOf(stemmerNames, 'reduce words to stems')),
  minDf: orAuto<number>({
    parse: where((n) => n > 0 && (n < 1 || Number.isInteger(n))),
    schema: {
      anyOf: [
        { type: 'integer', minimum: 1 },
        { type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 1 },
      ],
    },
    expected: 'a number of rows (1, 2, …) or a share of them (below 1)',
    metavar: '<rows|share>',
    help: 'leave out terms in fewer rows than this',
  }),
  maxDf: {
    parse: where((n) => n > 0 && (n <= 1 || Number.isInteger(n))),
    schema: {
      anyOf: [
        { type: 'number', exclusiveMinimum: 0, maximum: 1 },
        { type: 'integer', minimum: 2 },
      ],
    },
    expected: 'a share of the rows (up to 1) or a number of them (2, 3, …)',
    metavar: '<rows|share>',
    help: 'leave out terms in more rows than this',
  } as Setting<number>,
  maxFeatures: orNone(integer(1, '<n>', 'keep only the n most frequent terms')),
  sublinearTf: onOff('take 1 + ln(count) in place of the count'),
  norm: oneOf(['l2', 'l1', 'none'], 'length that each row is brought to'),
  useIdf: onOff('weigh terms down that are in many rows'),
  smoothIdf: onOff('count one more row that holds every term'),
  maxLength: integer(1, '<n>', 'terms of a text that the vectorizer sequence takes, from the first on'),
  nFeatures: integer(2, '<n>', 'columns that the vectorizer hashing hashes terms to'),
  wordNgrams: integer(
    1,
    '<n>',
    'runs of up to n words count, too, hashed to buckets as fastText does (vectorizer fasttext)',
    20,
  ),
  minn: integer(0, '<n>', 'shortest character n-gram of a word, hashed likewise'),
  maxn: integer(0, '<n>', 'longest character n-gram of a word, hashed likewise; 0 for none'),
  bucket: integer(
    1,
    '<n>',
    'buckets that the vectorizer fasttext hashes runs of words and characters to',
    2 ** 26,
  ),
  embeddings: orNone<string>({
    parse: text,
    schema: someText,
    expected: 'a file of word vectors, or the folder of a sentence model',
    metavar: '<path>',
    help: 'for the vectorizer embedding, or for a cnn or lstm to begin with, a file of word vectors (GloVe, word2vec or fastText, as text or binary); for sentence the folder of an ONNX model as Hugging Face has it',
  }),
  pooling: oneOf(poolings, "what is made of the vectors of a text's words"),
  embeddingWords: {
    parse: (value) => {
      if (value === 'seen') return 0;
      return value === 'all' ? 'all' : where((n) => Number.isInteger(n) && n >= 0)(value);
    },
    schema: { anyOf: [{ type: 'integer', minimum: 0 }, { enum: ['seen', 'all'] }] },
    expected: 'a number of words, seen for none, or all',
    metavar: '<n>',
    help: 'words that the version knows beside those of the training rows, from the start of the vectors: a number, seen or all',
  } as Setting<number | 'all'>,
} as const;

/** How rows are read and divided. */
export const dataSettings = {
  textColumn: {
    parse: text,
    schema: someText,
    expected: 'a column name',
    metavar: '<name>',
    help: 'column of the texts',
  } as Setting<string>,
  labelColumn: {
    parse: text,
    schema: someText,
    expected: 'a column name',
    metavar: '<name>',
    help: 'column of the labels',
  } as Setting<string>,
  delimiter: {
    parse: (value) => {
      const given = value === '\\t' || value === 'tab' ? '\t' : value;
      return typeof given === 'string' && given.length === 1 && !/["\r\n]/.test(given) ? given : undefined;
    },
    // a character outside of the first plane is two to the reader of CSV
    schema: {
      anyOf: [
        { enum: ['tab', '\\t'] },
        { type: 'string', pattern: '^(?!["\r\n])[\\u0000-\\ud7ff\\ue000-\\uffff]$' },
      ],
    },
    expected: 'one character, or tab',
    metavar: '<char>',
    help: 'field delimiter (found by itself if not given)',
  } as Setting<string>,
  onBadRow: oneOf(['skip', 'fail'], 'what a row that cannot be used does'),
  testSize: share('share of the rows held out for the metrics'),
  validationSize: share('share of the rows set aside beside those'),
  seed: integer(0, '<n>', 'seed of everything drawn at random'),
} as const;

/** One whole number, or several as a list or with commas between. */
const unitsSchema = (one: JsonSchema, pattern: string, ...others: JsonSchema[]): JsonSchema => ({
  anyOf: [
    one,
    { type: 'array', items: one, minItems: 1 },
    { type: 'string', pattern: `^${pattern}(,${pattern})*$` },
    ...others,
  ],
});

const hidden: Setting<readonly number[]> = {
  parse: (value) => {
    if (value === 'none') return [];
    const parts = Array.isArray(value) ? value : String(value).split(',');
    const units = parts.map(where((n) => Number.isInteger(n) && n >= 1));
    return units.every((n) => n !== undefined) ? (units as number[]) : undefined;
  },
  schema: unitsSchema({ type: 'integer', minimum: 1 }, '[1-9]\\d*', { enum: ['none'] }),
  expected: 'whole numbers such as 128,64, or none',
  metavar: '<units,…>',
  help: 'units of each hidden layer of a dense network',
};

const kernelSizes: Setting<readonly number[]> = {
  parse: (value) => {
    const parts = Array.isArray(value) ? value : String(value).split(',');
    const widths = parts.map(where((n) => Number.isInteger(n) && n >= 1 && n <= 64));
    return widths.length > 0 && widths.every((n) => n !== undefined) ? (widths as number[]) : undefined;
  },
  schema: unitsSchema({ type: 'integer', minimum: 1, maximum: 64 }, '([1-9]|[1-5]\\d|6[0-4])'),
  expected: 'whole numbers from 1 to 64 such as 3,4,5',
  metavar: '<terms,…>',
  help: 'terms that the windows of a convolutional network hold',
};

/** How the classifier is fitted. */
export const modelSettings = {
  model: oneOf(classifierNames, 'classifier'),
  C: orAuto(positive('inverse strength of the penalty on the weights')),
  maxIter: integer(1, '<n>', 'stop the fit after n iterations'),
  tol: positive(
    'converged when no gradient component of the mean objective exceeds this and little is left to gain',
  ),
  classWeight: orNone<'balanced'>(oneOf(['balanced'], 'weigh rows against the frequency of their class')),
  alpha: positive('what naive Bayes adds to the count of each term'),
  complement: onOff('naive Bayes from the rows of the other classes, for classes of unlike size'),
  dim: integer(1, '<n>', 'numbers of an embedding'),
  freezeEmbeddings: onOff('leave embeddings that begin with word vectors as they are'),
  filters: integer(1, '<n>', 'filters of a convolutional network for each of its kernel sizes'),
  kernelSizes,
  units: integer(1, '<n>', 'numbers of the state of an LSTM'),
  bidirectional: onOff('let an LSTM go through the texts backwards, too'),
  hidden,
  activation: oneOf(Object.keys(activations) as Activation[], 'what hidden layers make of their sums'),
  dropout: fraction('share of the outputs of hidden layers that a step leaves out'),
  l2: nonNegative('penalty on the squared weights of a dense network'),
  epochs: {
    ...orNone(integer(1, '<n>', 'times that a network goes through the training rows')),
    expected: 'a whole number, 1 or more, or none for as many as 1,000 steps take (3 at the least)',
  } as Setting<number | null>,
  batchSize: integer(1, '<n>', 'rows of a step'),
  optimizer: oneOf(optimizerNames, 'how steps follow gradients'),
  learningRate: orAuto(positive('size of the steps; auto: 0.01, less where there are many rows')),
  schedule: oneOf(scheduleNames, 'how the learning rate goes on after the warm-up'),
  warmup: fraction('share of the steps over which the learning rate rises'),
  weightDecay: nonNegative('decay of the weights with the optimizer adamw'),
  clipNorm: orNone(positive('scale gradients down to this L2 norm')),
  labelSmoothing: fraction('share of each label that is spread over the classes'),
  patience: orNone(
    integer(1, '<n>', 'stop after n epochs without a gain on the validation rows, take the best weights'),
  ),
  monitor: oneOf(monitorNames, 'metric of the validation rows that is watched'),
  device: oneOf<DeviceChoice>(deviceChoices, 'what to train on'),
} as const;

/** What a version decides by beyond the highest probability. */
export const decisionSettings = {
  calibrate: onOff(
    'fit a temperature on the validation rows, or on the training rows out of fold where there are none, so that probabilities are what they say',
  ),
  tuneThreshold: orNone<readonly string[]>({
    parse: (value) => {
      const given = Array.isArray(value) ? value : [value];
      return given.every((each) => typeof each === 'string') && parseTargets(given) ? given : undefined;
    },
    schema: {
      anyOf: [someText, { type: 'array', items: someText, minItems: 1 }],
      examples: [['precision(spam) >= 0.99'], 'f1_macro'],
    },
    expected: `conditions such as ${targetExamples}, one of which without a bound at the most`,
    metavar: '<condition>',
    help: `tune the probabilities from which on classes are predicted, likewise, for ${targetExamples} (may be repeated)`,
  }),
} as const;

type Values<S> = { [K in keyof S]: S[K] extends Setting<infer T> ? T : never };
export type FeatureSettings = Values<typeof featureSettings>;
export type DataSettings = Values<Omit<typeof dataSettings, 'textColumn' | 'labelColumn' | 'delimiter'>> &
  Partial<Values<Pick<typeof dataSettings, 'textColumn' | 'labelColumn' | 'delimiter'>>>;
export type ModelSettings = Values<typeof modelSettings>;
export type DecisionSettings = Values<typeof decisionSettings>;
export type TrainSettings = FeatureSettings & DataSettings & ModelSettings & DecisionSettings;

/** Every setting by its name in config files and calls; flags carry the same names in kebab-case. */
export const settings = {
  ...dataSettings,
  ...featureSettings,
  ...modelSettings,
  ...decisionSettings,
} as const;
export type SettingName = keyof typeof settings;
