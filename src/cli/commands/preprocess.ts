import { coverageText, durationText, grouped, sentenceText, vectorsText } from '../../report/format.js';
import { resolveSettings } from '../../tasks/presets.js';
import { dataSettings, featureSettings } from '../../tasks/settings.js';
import type { Command } from '../command.js';
import { dataFlags, dataOptions } from '../data-flags.js';
import type { FlagName } from '../flags.js';

const settings = [...Object.keys(dataSettings), ...Object.keys(featureSettings)] as FlagName[];

export const preprocess: Command = {
  usage: 'preprocess [csv...]',
  summary: 'read, check, split and vectorize CSV files into a dataset that train takes',
  examples: [
    ['maas preprocess data.csv', 'writes artifacts/datasets/data'],
    ['maas preprocess a.csv.gz b.tsv --ngram-range 1,2 -o sets/ab', 'several files, with 1- and 2-grams'],
    ['maas preprocess train.csv --test test.csv', 'with a fixed test set'],
    ['maas preprocess data.csv --model cnn', 'with what suits the model that will be trained on it'],
  ],
  // a model decides what suits its features
  flags: ['output', 'model', 'embeddingCache', ...dataFlags, ...settings],

  async run(input) {
    const { values, settings, terminal } = input;
    const { preprocess } = await import('../../tasks/preprocess.js');
    const result = await preprocess(
      {
        ...dataOptions(input),
        embeddingCache: input.embeddingCache,
        output: values.output,
        settings: resolveSettings(settings, values.preset),
      },
      terminal,
    );
    const { rows, timings } = result;
    return {
      json: result,
      text: [
        `${terminal.style.bold(result.path)} (${durationText(timings.total)})`,
        `${grouped(rows.train)} training rows, ${grouped(rows.validation)} validation, ${grouped(rows.test)} test`,
        `${result.classes.length} classes, ${grouped(result.features)} features, ${grouped(result.nonZeros)} non-zeros`,
        ...(result.embeddings
          ? [`${vectorsText(result.embeddings)}, for ${coverageText(result.embeddings)}`]
          : []),
        ...(result.sentence ? [sentenceText(result.sentence)] : []),
      ].join('\n'),
    };
  },
};
