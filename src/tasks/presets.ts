import { isDeepStrictEqual } from 'node:util';
import { MaasError } from '../errors.js';
import type { VectorizerKind } from '../features/kinds.js';
import type { ClassifierKind } from '../models/kinds.js';
import type { Decided } from './recipe.js';
import type { Setting } from './setting.js';
import {
  type featureSettings,
  modelSettings,
  type SettingName,
  settings,
  type TrainSettings,
} from './settings.js';
import { checkVectors, refusalsOfVectors } from './word-vectors.js';

/** Exactly what scikit-learn's `TfidfVectorizer()` and `LogisticRegression()` do. */
const sklearn: Decided<TrainSettings> & { C: number } = {
  vectorizer: 'tfidf' as const,
  analyzer: 'word',
  tokenizer: 'sklearn',
  ngramRange: [1, 1],
  lowercase: true,
  stopWords: null,
  stemmer: null,
  minDf: 1,
  maxDf: 1,
  maxFeatures: null,
  sublinearTf: false,
  norm: 'l2',
  useIdf: true,
  smoothIdf: true,
  nFeatures: 2 ** 20,
  wordNgrams: 1,
  minn: 0,
  maxn: 0,
  bucket: 2_000_000,
  embeddings: null,
  pooling: 'mean',
  embeddingWords: 20_000,
  maxLength: 256,
  onBadRow: 'skip',
  testSize: 0.2,
  validationSize: 0,
  seed: 42,
  model: 'logistic',
  C: 1,
  maxIter: 100,
  tol: 1e-4,
  classWeight: null,
  alpha: 1,
  complement: false,
  dim: 16,
  freezeEmbeddings: false,
  filters: 100,
  kernelSizes: [3, 4, 5],
  units: 64,
  bidirectional: false,
  hidden: [64],
  activation: 'relu',
  dropout: 0,
  l2: 0,
  epochs: 10,
  batchSize: 32,
  optimizer: 'adam',
  learningRate: 0.001,
  schedule: 'constant',
  warmup: 0,
  weightDecay: 0.004,
  clipNorm: null,
  labelSmoothing: 0,
  patience: null,
  monitor: 'accuracy',
  device: 'auto',
  calibrate: false,
  tuneThreshold: null,
};

/** Sets of values to start from. `default` is what maas uses when nothing is asked for. */
export const presets = {
  default: {
    ...sklearn,
    analyzer: 'auto',
    tokenizer: 'unicode',
    ngramRange: 'auto',
    sublinearTf: true,
    C: 'auto',
    maxIter: 200,
    tol: 1e-3,
  },
  sklearn,
} as const satisfies Record<string, TrainSettings>;
export type PresetName = keyof typeof presets;

/** Values that ask for nothing: given to a model or a vectorizer without a use for them, they contradict nobody. */
const neutral: TrainSettings = sklearn;

/** What suits models of sequences. */
const ofSequences = {
  vectorizer: 'sequence',
  dim: 64,
  epochs: null,
  batchSize: 64,
  learningRate: 0.003,
  schedule: 'linear',
} as const;

/** What suits a classifier, in the place of the preset's values. */
const modelDefaults: Partial<Record<ClassifierKind, Partial<TrainSettings>>> = {
  // the features are then the shares of a text's terms, so that their embeddings' mean is taken
  bag: {
    norm: 'l1',
    useIdf: false,
    sublinearTf: false,
    epochs: null,
    learningRate: 'auto',
    schedule: 'linear',
    batchSize: 128,
  },
  cnn: { ...ofSequences, dropout: 0.3 },
  lstm: ofSequences,
};

/** What suits a vectorizer, likewise. */
const vectorizerDefaults: Partial<Record<VectorizerKind, Partial<TrainSettings>>> = {
  // a text's order is that of its words; one that is met once teaches what to make of the unknown
  sequence: { ngramRange: [1, 1], minDf: 'auto' },
  // words, of which it makes the n-grams itself
  fasttext: { analyzer: 'word', ngramRange: [1, 1] },
  // columns that depend on each other take many passes, each of which is quick
  embedding: { analyzer: 'word', ngramRange: [1, 1], sublinearTf: false, maxIter: 1000 },
  sentence: { analyzer: 'word', ngramRange: [1, 1], sublinearTf: false, maxIter: 1000 },
};

/**
 * Checks values by name and fills in the preset's for what is absent. Throws `usage` for a name or a value that is
 * none, and for settings that contradict each other.
 */
export function resolveSettings(given: Record<string, unknown>, preset: string = 'default'): TrainSettings {
  if (!Object.hasOwn(presets, preset)) {
    throw new MaasError(
      'usage',
      `there is no preset "${preset}", expected one of ${Object.keys(presets).join(', ')}`,
    );
  }
  const ofModel = { ...modelDefaults[given.model as ClassifierKind], vectorizer: impliedVectorizer(given) };
  const ofVectorizer = vectorizerDefaults[(given.vectorizer ?? ofModel.vectorizer) as VectorizerKind];
  const base: TrainSettings = { ...presets[preset as PresetName], ...ofModel, ...ofVectorizer };
  const resolved: Record<string, unknown> = { ...base };
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue;
    if (!Object.hasOwn(settings, name)) throw new MaasError('usage', `there is no setting "${name}"`);
    const setting: Setting<unknown> = settings[name as SettingName];
    const parsed = setting.parse(value);
    if (parsed === undefined) {
      throw new MaasError('usage', `${name} is ${JSON.stringify(value)}, expected ${setting.expected}`);
    }
    resolved[name] = parsed;
  }
  const { analyzer, stopWords, stemmer } = resolved as TrainSettings;
  if (analyzer === 'auto' && (stopWords !== null || stemmer !== null)) resolved.analyzer = 'word';
  // word vectors are of words
  if (resolved.analyzer === 'auto' && resolved.embeddings !== null) resolved.analyzer = 'word';
  // what a vectorizer decides is not left to the data
  for (const [name, value] of Object.entries(ofVectorizer ?? {})) {
    if (resolved[name] === 'auto') resolved[name] = value;
  }
  checkFeatures(resolved as TrainSettings);
  if (given.model !== undefined)
    checkRows(resolved.model as ClassifierKind, resolved.vectorizer as VectorizerKind);
  const pointless = (names: readonly SettingName[]) =>
    names.find(
      (name) =>
        given[name] !== undefined &&
        resolved[name] !== 'auto' &&
        !isDeepStrictEqual(resolved[name], neutral[name]) &&
        !isDeepStrictEqual(resolved[name], base[name]),
    );
  const { model, device, vectorizer } = resolved as TrainSettings;
  const unused = pointless(ofVectorizers.filter((name) => !usedBy[vectorizer].some((used) => used === name)));
  if (unused) throw noUseFor(unused, `the vectorizer "${vectorizer}"`);
  checkVectors(resolved as TrainSettings);
  const used: readonly SettingName[] = ['model', 'device', ...settingsOf[model]];
  const ofOthers = pointless(ofModels.filter((name) => !used.includes(name)));
  if (ofOthers) throw noUseFor(ofOthers, `the model "${model}"`);
  if (counts.includes(model) && device !== 'auto' && device !== 'cpu') {
    throw new MaasError(
      'usage',
      `the model "${model}" is counted on the processor, expected no device ${device}`,
    );
  }
  return resolved as TrainSettings;
}

const noUseFor = (name: SettingName, who: string) =>
  new MaasError('usage', `${who} has no use for ${name}`, {
    details: { settings: [name] },
    ...(name === 'embeddings' && {
      hint: 'use --vectorizer embedding (a file) or sentence (a folder), or --model cnn or lstm',
    }),
  });

/** The vectorizer where none is given: the one of fastText's words, where there are any, else the model's. */
function impliedVectorizer(given: { [K in SettingName]?: unknown }): VectorizerKind {
  const ordered = ofOrder.some((model) => model === given.model);
  if (!ordered && ofBuckets.some((name) => given[name] !== undefined)) return 'fasttext';
  return modelDefaults[given.model as ClassifierKind]?.vectorizer ?? sklearn.vectorizer;
}

/** The settings that a recipe has a use for; of which model and vectorizer it is, is given or the preset's. */
export function settingsInUse(given: { [K in SettingName]?: unknown }): ReadonlySet<SettingName> {
  const model = (given.model ?? sklearn.model) as ClassifierKind;
  const vectorizer = (given.vectorizer ?? impliedVectorizer(given)) as VectorizerKind;
  const ofModel: readonly SettingName[] = settingsOf[model] ?? [];
  const own: readonly SettingName[] = usedBy[vectorizer] ?? [];
  const without = new Set<SettingName>([...ofVectorizers.filter((name) => !own.includes(name)), ...ofModels]);
  const names = (Object.keys(settings) as SettingName[]).filter((name) => !without.has(name));
  return new Set([...names, 'model', 'device', ...ofModel]);
}

/** Throws `usage` where settings of the features contradict each other. */
function checkFeatures(features: TrainSettings): void {
  const { analyzer, stopWords, stemmer, vectorizer, ngramRange, minn, maxn } = features;
  if (analyzer !== 'word' && (stopWords !== null || stemmer !== null)) {
    throw new MaasError(
      'usage',
      `the analyzer "${analyzer}" knows no words, so it takes neither stop words nor a stemmer`,
    );
  }
  if (minn > maxn)
    throw new MaasError('usage', `minn is ${minn}, expected a maxn of ${minn} or more, not ${maxn}`);
  if (vectorizer === 'sequence' && ngramRange[0] !== ngramRange[1]) {
    throw new MaasError(
      'usage',
      `the vectorizer "sequence" keeps the order of terms of one length, expected no ngramRange ${ngramRange}`,
      { details: { settings: ['ngramRange'] } },
    );
  }
}

/** Throws `usage` for a model that cannot read the rows of a vectorizer. */
export function checkRows(model: ClassifierKind, vectorizer: VectorizerKind): void {
  if ((vectorizer === 'embedding' || vectorizer === 'sentence') && refusalsOfVectors[model]) {
    throw new MaasError(
      'usage',
      `the model "${model}" ${refusalsOfVectors[model]}: it takes no vectorizer "${vectorizer}"`,
      { hint: 'use --model logistic or dense' },
    );
  }
  const ordered = ofOrder.includes(model);
  if (ordered === (vectorizer === 'sequence')) return;
  const reads = ordered ? 'reads terms in their order' : 'counts terms, whatever their order';
  const expected = ordered ? 'the vectorizer sequence, not' : 'no vectorizer';
  throw new MaasError('usage', `the model "${model}" ${reads}, expected ${expected} ${vectorizer}`);
}

/** Settings of classifiers that are trained step by step. */
const ofTraining = [
  ...(['epochs', 'batchSize', 'optimizer', 'learningRate', 'schedule', 'warmup', 'weightDecay'] as const),
  ...(['clipNorm', 'labelSmoothing', 'classWeight', 'patience', 'monitor'] as const),
];

/** What each classifier has a use for, beside the device. */
const settingsOf = {
  logistic: ['C', 'maxIter', 'tol', 'classWeight'],
  dense: ['hidden', 'activation', 'dropout', 'l2', ...ofTraining],
  bag: ['dim', 'dropout', ...ofTraining],
  cnn: ['dim', 'freezeEmbeddings', 'filters', 'kernelSizes', 'dropout', ...ofTraining],
  lstm: ['dim', 'freezeEmbeddings', 'units', 'bidirectional', 'dropout', ...ofTraining],
  nb: ['alpha', 'complement'],
  majority: [],
} as const satisfies Record<ClassifierKind, readonly (keyof typeof modelSettings)[]>;

const counts: readonly ClassifierKind[] = ['nb', 'majority'];

/** Classifiers that read terms in their order. */
const ofOrder: readonly ClassifierKind[] = ['cnn', 'lstm'];

const ofVocabulary = ['minDf', 'maxDf', 'maxFeatures'] as const;
const ofBuckets = ['wordNgrams', 'minn', 'maxn', 'bucket'] as const;
const ofTerms = ['analyzer', 'ngramRange', 'stemmer'] as const;
const ofWeights = ['sublinearTf', 'norm'] as const;

const ofWords = ['tokenizer', 'lowercase', 'stopWords'] as const;

/** What each vectorizer has a use for. */
const usedBy = {
  tfidf: [...ofWords, ...ofTerms, ...ofVocabulary, ...ofWeights, 'useIdf', 'smoothIdf'],
  hashing: [...ofWords, ...ofTerms, ...ofWeights, 'nFeatures'],
  fasttext: [...ofWords, ...ofBuckets, 'stemmer', 'minDf', 'maxDf', ...ofWeights, 'useIdf', 'smoothIdf'],
  embedding: [...ofWords, 'embeddings', 'pooling', 'embeddingWords'],
  sequence: [...ofWords, ...ofTerms, ...ofVocabulary, 'maxLength', 'embeddings'],
  sentence: ['embeddings'],
} as const satisfies Record<VectorizerKind, readonly (keyof typeof featureSettings)[]>;

const ofVectorizers = Object.values(usedBy).flat();
const ofModels = Object.keys(modelSettings) as (keyof typeof modelSettings)[];
