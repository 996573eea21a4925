import { isDeepStrictEqual } from 'node:util';
import { MaasError } from '../errors.js';
import type { VectorizerKind } from '../features/vectorizer.js';
import type { ClassifierKind } from '../models/classifier.js';
import type { Decided } from './recipe.js';
import type { Setting } from './setting.js';
import { modelSettings, type SettingName, settings, type TrainSettings } from './settings.js';

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
  embeddings: null,
  pooling: 'mean',
  embeddingWords: 20_000,
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

/** What suits a classifier, in the place of the preset's values. */
const modelDefaults: Partial<Record<ClassifierKind, Partial<TrainSettings>>> = {
  // the features are then the shares of a text's terms, so that their embeddings' mean is taken
  bag: {
    norm: 'l1',
    useIdf: false,
    sublinearTf: false,
    epochs: null,
    learningRate: 0.01,
    schedule: 'linear',
    batchSize: 128,
  },
};

/** What a vectorizer makes of settings that it has no use for, in the place of the preset's values. */
const vectorizerDefaults: Partial<Record<VectorizerKind, Partial<TrainSettings>>> = {
  // columns that depend on each other take many passes, each of which is quick
  embedding: { analyzer: 'word', ngramRange: [1, 1], sublinearTf: false, maxIter: 1000 },
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
  const ofModel = modelDefaults[given.model as ClassifierKind] ?? {};
  const ofVectorizer = vectorizerDefaults[given.vectorizer as VectorizerKind] ?? {};
  const resolved: Record<string, unknown> = {
    ...presets[preset as PresetName],
    ...ofModel,
    ...ofVectorizer,
  };
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
  const { stopWords, stemmer, vectorizer } = resolved as TrainSettings;
  if (resolved.analyzer === 'auto' && (stopWords !== null || stemmer !== null)) resolved.analyzer = 'word';
  const { analyzer } = resolved as TrainSettings;
  if (analyzer !== 'word' && (stopWords !== null || stemmer !== null)) {
    throw new MaasError(
      'usage',
      `the analyzer "${analyzer}" knows no words, so it takes neither stop words nor a stemmer`,
    );
  }
  const pointless = (names: readonly SettingName[]) =>
    names.find((name) => given[name] !== undefined && !isDeepStrictEqual(resolved[name], sklearn[name]));
  const useless = pointless(uselessFor[vectorizer]);
  if (useless) throw new MaasError('usage', `the vectorizer "${vectorizer}" has no use for ${useless}`);
  if (vectorizer === 'embedding') checkEmbedding(resolved as TrainSettings);
  const { model, device } = resolved as TrainSettings;
  const used: readonly SettingName[] = ['model', 'device', ...settingsOf[model]];
  const ofOthers = pointless(
    (Object.keys(modelSettings) as (keyof typeof modelSettings)[]).filter((name) => !used.includes(name)),
  );
  if (ofOthers) throw new MaasError('usage', `the model "${model}" has no use for ${ofOthers}`);
  if (counts.includes(model) && device !== 'auto' && device !== 'cpu') {
    throw new MaasError(
      'usage',
      `the model "${model}" is counted on the processor, expected no device ${device}`,
    );
  }
  return resolved as TrainSettings;
}

/** The settings that a recipe has a use for; of which model and vectorizer it is, is given or the preset's. */
export function settingsInUse(given: { [K in SettingName]?: unknown }): ReadonlySet<SettingName> {
  const { model = sklearn.model, vectorizer = sklearn.vectorizer } = given;
  const ofModel: readonly SettingName[] = settingsOf[model as ClassifierKind] ?? [];
  const without: ReadonlySet<string> = new Set(uselessFor[vectorizer as VectorizerKind]);
  const names = (Object.keys(settings) as SettingName[]).filter(
    (name) => !Object.hasOwn(modelSettings, name),
  );
  return new Set([...names.filter((name) => !without.has(name)), 'model', 'device', ...ofModel]);
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
  nb: ['alpha', 'complement'],
  majority: [],
} as const satisfies Record<ClassifierKind, readonly (keyof typeof modelSettings)[]>;

const counts: readonly ClassifierKind[] = ['nb', 'majority'];

/** Settings of vectorizers that know their terms, and of those that pool word vectors. */
const ofVocabulary = ['minDf', 'maxDf', 'maxFeatures', 'useIdf', 'smoothIdf'] as const;
const ofVectors = ['embeddings', 'pooling', 'embeddingWords'] as const;

/** What each vectorizer has no use for. */
const uselessFor = {
  tfidf: ['nFeatures', ...ofVectors],
  hashing: [...ofVocabulary, ...ofVectors],
  embedding: [...ofVocabulary, 'nFeatures', 'analyzer', 'ngramRange', 'stemmer', 'sublinearTf', 'norm'],
} as const satisfies Record<VectorizerKind, readonly SettingName[]>;

/** Throws `usage` where word vectors are missing, and for models that cannot take them. */
function checkEmbedding({ embeddings, model }: TrainSettings): void {
  if (embeddings === null) {
    throw new MaasError(
      'usage',
      'the vectorizer "embedding" needs word vectors, expected --embeddings <file>',
    );
  }
  const reasons: Partial<Record<ClassifierKind, string>> = {
    nb: 'counts terms, and numbers of vectors are no counts',
    bag: 'learns the vectors of terms itself',
  };
  if (reasons[model]) {
    throw new MaasError(
      'usage',
      `the model "${model}" ${reasons[model]}: it takes no vectorizer "embedding"`,
      {
        hint: 'use --model logistic or dense',
      },
    );
  }
}
