import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { LayersModelFiles, LayerWeights } from '../../compute/layers.js';
import { MaasError } from '../../errors.js';
import type { ClassifierState } from '../../models/classifier.js';
import type { CnnState } from '../../models/cnn.js';
import type { DenseLayer } from '../../models/dense.js';
import type { LstmState } from '../../models/lstm.js';
import type { Pipeline } from '../../pipeline.js';
import { argmax, type Prediction } from '../../predictions.js';
import { version } from '../../version.js';
import type { ExportFormat } from '../formats.js';
import { packState, runtimeScript } from '../js/pack.js';

const types = `/**
 * Revives the vectorizer from the text of vocabulary.json: a text's row of model.json's input, dense. Rows of numbers of
 * terms have lengths of their own; to put several into one tensor, fill them up with 0.
 */
export declare function createVectorizer(vocabularyJson: string): (text: string) => Float32Array;
`;

/** A tfjs-layers model of the classifier, with the vocabulary and the code that makes its input from a text. */
export const tfjs: ExportFormat = {
  thresholds: false,

  async files(pipeline: Pipeline, name: string) {
    const { labels, vectorizer, classifier } = pipeline.state();
    const { model, weights } = await layersModel(classifier);
    const { script, stem } = await runtimeScript(vectorizer.analyzer.stemmer);
    return {
      'model.json': JSON.stringify(model),
      'weights.bin': weights,
      'labels.json': `${JSON.stringify(labels)}\n`,
      'vocabulary.json': packState(vectorizer),
      'vectorizer.js': [
        `// ${name}, exported by maas ${version}: makes the rows that model.json takes from texts.`,
        script.trimEnd(),
        `export const createVectorizer = (json) => maas.createVectorizer(json, ${stem}, ${zerosBehind(classifier)});`,
        '',
      ].join('\n'),
      'vectorizer.d.ts': types,
      'package.json': `${JSON.stringify({ type: 'module' }, null, 2)}\n`,
    };
  },

  async predict(folder: string, texts: readonly string[]): Promise<Prediction[]> {
    const { predictWithLayers } = await import('../../compute/layers.js');
    const read = (name: string) => readFile(join(folder, name));
    const { createVectorizer } = await import(pathToFileURL(join(folder, 'vectorizer.js')).href);
    const vectorize = createVectorizer((await read('vocabulary.json')).toString()) as (
      text: string,
    ) => Float32Array;
    const labels = JSON.parse((await read('labels.json')).toString()) as string[];
    const model = JSON.parse((await read('model.json')).toString());
    const rows = (function* () {
      for (const text of texts) yield vectorize(text);
    })();
    const scores = await predictWithLayers({ model, weights: await read('weights.bin') }, rows);
    return scores.map((row) => {
      const best = argmax(Float64Array.from(row), 0, labels.length);
      return {
        label: labels[best]!,
        score: row[best]!,
        scores: Object.fromEntries(labels.map((label, c) => [label, row[c]!])),
      };
    });
  },
};

/** The classifier as a model of tfjs-layers. Throws `usage` for one that has none. */
async function layersModel(classifier: ClassifierState): Promise<LayersModelFiles> {
  if (classifier.kind !== 'cnn' && classifier.kind !== 'lstm') {
    const { saveDenseLayers } = await import('../../compute/layers.js');
    return saveDenseLayers(layersOf(classifier));
  }
  const { saveSequenceLayers } = await import('../../compute/sequence-layers.js');
  const { dim, embedding, scores, classes } = classifier;
  return saveSequenceLayers(dim, embedding, classifier, softmaxLayer(scores, classes));
}

/** Padding that a row of terms ends with: one at the least, and for convolutions a window of nothing else. */
const zerosBehind = (classifier: ClassifierState): number =>
  classifier.kind === 'cnn' ? Math.max(...classifier.convolutions.map(({ width }) => width)) : 1;

/** The layers that score as the classifier does. Throws `usage` for one that has none. */
function layersOf(classifier: Exclude<ClassifierState, CnnState | LstmState>): LayerWeights[] {
  switch (classifier.kind) {
    case 'logistic':
    case 'nb':
      return [softmaxLayer({ kernel: classifier.coef, bias: classifier.intercept }, classifier.classes)];
    case 'bag':
    case 'dense': {
      const { layers, classes, activation } = classifier;
      if (activation === 'gelu') {
        throw new MaasError('usage', 'tfjs-layers loads no model with the activation gelu by tanh', {
          hint: 'use --format js, or train with another activation',
        });
      }
      const hidden = layers.slice(0, -1).map((layer): LayerWeights => ({ ...layer, activation }));
      return [...hidden, softmaxLayer(layers.at(-1)!, classes)];
    }
    case 'majority':
      throw new MaasError('usage', 'the model "majority" has no layers to export', {
        hint: 'use --format js',
      });
  }
}

/** A layer with a unit for each class: where two classes have one logit, the first scores 0. */
function softmaxLayer({ kernel, bias }: DenseLayer, classes: number): LayerWeights {
  const activation = 'softmax';
  if (bias.length === classes) return { kernel, bias, activation };
  const wide = new Float32Array(kernel.length * classes);
  for (let i = 0; i < kernel.length; i++) wide[i * classes + 1] = kernel[i]!;
  return { kernel: wide, bias: Float32Array.of(0, bias[0]!), activation };
}
