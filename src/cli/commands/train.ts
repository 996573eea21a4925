import { calibrationText, targetTexts, thresholdsText } from '../../report/decisions.js';
import {
  baselinesText,
  coverageText,
  deviceText,
  durationText,
  figure,
  fitText,
  foldsText,
  grouped,
  recipeText,
  sentenceText,
  vectorsText,
} from '../../report/format.js';
import { settings as allSettings } from '../../tasks/settings.js';
import type { TrainResult } from '../../tasks/train.js';
import { ciFlags } from '../ci/ci-flags.js';
import type { Command, CommandInput } from '../command.js';
import { dataFlags, dataOptions } from '../data-flags.js';
import type { FlagName } from '../flags.js';
import { gateError, gateFlags, gateOptions, gatesText } from '../gates.js';
import type { Terminal } from '../terminal.js';

export const train: Command = {
  usage: 'train [data...]',
  summary: 'fit a classifier on CSV files or a dataset, score it on held-out rows, publish a version',
  examples: [
    ['maas train data.csv', 'holds 20 % of the rows out, publishes artifacts/models/data/1'],
    ['maas train train.csv.gz --test test.csv.gz --name reviews', 'with a fixed test set'],
    [
      'maas train data.csv --preset sklearn',
      "exactly scikit-learn's TfidfVectorizer() + LogisticRegression()",
    ],
    ['maas train data.csv --analyzer char_wb --ngram-range 2,5 --C 30', 'character n-grams, weaker penalty'],
    ['maas train data.csv --cv 5', 'mean and spread over five folds as well'],
    [
      'maas train data.csv --calibrate --tune-threshold "precision(spam) >= 0.99"',
      'probabilities that are what they say, and spam only where that is nearly sure',
    ],
    [
      'maas train data.csv --vectorizer embedding --embeddings glove.6B.100d.txt',
      'the mean of pretrained word vectors, of GloVe, word2vec or fastText',
    ],
    [
      'maas train data.csv --vectorizer sentence --embeddings all-MiniLM-L6-v2',
      'sentence embeddings, by an ONNX model in a folder as Hugging Face has it',
    ],
    [
      'maas train data.csv --test test.csv --gate "f1_macro >= champion - 0.005 @95%" --promote champion',
      'the next champion, if it is as good; exit code 4 if not',
    ],
    ['cat data.csv | maas train - --name piped', 'from standard input'],
  ],
  flags: [
    ...dataFlags,
    ...gateFlags,
    ...(['cv', 'embeddingCache', 'resume', 'checkpointSeconds'] as const),
    ...ciFlags,
    ...(Object.keys(allSettings) as FlagName[]),
  ],

  async run(input) {
    const { values, settings, terminal } = input;
    const [{ train }, { trainingSettings }] = await Promise.all([
      import('../../tasks/train.js'),
      import('../../tasks/training-settings.js'),
    ]);
    const options = dataOptions(input);
    const { ofDataset, ...resolved } = await trainingSettings(options.data, settings, values.preset);
    const result = await train(
      {
        ...options,
        embeddingCache: input.embeddingCache,
        ...resolved,
        cv: values.cv,
        ...gateOptions(values),
        resume: values.resume,
        checkpointSeconds: values.checkpointSeconds,
      },
      terminal,
    );
    const { model, vectorizer } = resolved.settings;
    const chosen = recipeText(resolved.settings, result.terms, result.fit);
    const likeSklearn = model === 'logistic' && vectorizer === 'tfidf' && !ofDataset;
    const other = likeSklearn ? ` ${terminal.style.dim("(scikit-learn's: --preset sklearn)")}` : '';
    const recipe = chosen && chosen + other;
    return {
      json: result,
      error: gateError(result.gates),
      ci: () => ciFacts(input, result),
      text: [trainedText(result, terminal.style, recipe), ...passedText(result, terminal.style)].join('\n'),
    };
  },
};

/** What a CI is told of a training. */
export async function ciFacts(input: CommandInput, result: TrainResult) {
  const [{ trainedFacts }, { resolveSettings }] = await Promise.all([
    import('../ci/examined.js'),
    import('../../tasks/presets.js'),
  ]);
  const { devices, embeddingCache, store, values } = input;
  return trainedFacts(store, result, {
    ...{ devices, embeddingCache, threads: values.threads },
    settings: resolveSettings({}),
  });
}

/** The alias that a training's version was given, and how it did at its gates: lines for behind those of the training. */
export const passedText = ({ gates, promoted }: TrainResult, style: Terminal['style']): string[] => [
  ...(promoted ? [`alias     ${promoted.model}@${promoted.alias}`] : []),
  ...(gates ? ['', gatesText(gates, style)] : []),
];

/** What a training came to. */
export function trainedText(result: TrainResult, { bold, dim }: Terminal['style'], recipe?: string): string {
  const { rows, metrics, fit, timings } = result;
  const baselines = baselinesText(result.baselines);
  return [
    `${bold(`${result.model}@${result.version}`)} ${dim(result.path)}`,
    `rows      ${grouped(rows.train)} train, ${grouped(rows.validation)} validation, ${grouped(rows.test)} test`,
    `features  ${grouped(result.features)} for ${result.classes.length} classes`,
    ...(result.embeddings
      ? [`vectors   ${vectorsText(result.embeddings)}`, `covered   ${coverageText(result.embeddings)}`]
      : []),
    ...(result.sentence ? [`model     ${sentenceText(result.sentence)}`] : []),
    ...(recipe ? [`recipe    ${recipe}`] : []),
    `device    ${deviceText(result.deviceFacts)}: ${result.deviceFacts.reason}`,
    `fit       ${fitText(fit)}`,
    ...decisionLines(result),
    `time      ${durationText(timings.total)}`,
    `accuracy  ${figure(metrics.accuracy)}${baselines ? ` ${dim(`(${baselines})`)}` : ''}`,
    `F1 macro  ${figure(metrics.f1_macro)}`,
    `log loss  ${figure(metrics.log_loss)}`,
    ...(result.cv ? [`${`${result.cv.folds} folds`.padEnd(10)}${foldsText(result.cv)}`] : []),
  ].join('\n');
}

/** What a temperature and thresholds changed, where these were asked for. */
const decisionLines = ({ calibration, thresholds }: TrainResult): string[] => [
  ...(calibration ? [`scores    ${calibrationText(calibration)}`] : []),
  ...(thresholds
    ? [
        `decides   by thresholds: ${thresholdsText(thresholds)}`,
        ...targetTexts(thresholds).map((text) => `          ${text}`),
      ]
    : []),
];
