import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LayersModelFiles, LayerWeights } from '../../compute/layers.js';
import { MaasError } from '../../errors.js';
import type { ClassifierState } from '../../models/classifier.js';
import type { CnnState } from '../../models/cnn.js';
import type { DenseLayer } from '../../models/dense.js';
import type { LstmState } from '../../models/lstm.js';
import type { Pipeline } from '../../pipeline.js';
import { type Prediction, predictionsOf } from '../../predictions.js';
import type { ExportFormat } from '../formats.js';
import { loadVectorize, vectorizerFiles } from '../vectorizer-files.js';

/** A tfjs-layers model of the classifier, with the vocabulary and the code that makes its input from a text. */
export const tfjs: ExportFormat = {
  thresholds: false,
  options: [],

  async files(pipeline: Pipeline, name: string) {
    const { labels, vectorizer, classifier } = pipeline.state();
    const { model, weights } = await layersModel(classifier);
    return {
      'model.json': JSON.stringify(model),
      'weights.bin': weights,
      'labels.json': `${JSON.stringify(labels)}\n`,
      ...(await vectorizerFiles(vectorizer, classifier, name)),
    };
  },

  async predict(folder: string, texts: readonly string[]): Promise<Prediction[]> {
    const { predictWithLayers } = await import('../../compute/layers.js');
    const read = (name: string) => readFile(join(folder, name));
    const vectorize = await loadVectorize(folder);
    const labels = JSON.parse((await read('labels.json')).toString()) as string[];
    const model = JSON.parse((await read('model.json')).toString());
    const rows = (function* () {
      for (const text of texts) yield vectorize(text);
    })();
    const scores = await predictWithLayers({ model, weights: await read('weights.bin') }, rows);
    return predictionsOf(labels, Float64Array.from(scores.flatMap((row) => [...row])));
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
