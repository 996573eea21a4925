import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { argmax, type Pipeline, type Prediction } from '../../pipeline.js';
import { version } from '../../version.js';
import type { ExportFormat } from '../formats.js';
import { packState, runtimeScript } from '../js/pack.js';

const types = `/** Revives the vectorizer from the text of vocabulary.json: a text's row of model.json's input, dense. */
export declare function createVectorizer(vocabularyJson: string): (text: string) => Float32Array;
`;

/** A tfjs-layers model of the classifier, with the vocabulary and the code that makes its input from a text. */
export const tfjs: ExportFormat = {
  async files(pipeline: Pipeline, name: string) {
    const { saveSoftmaxLayer } = await import('../../compute/layers.js');
    const { labels, vectorizer, classifier } = pipeline.state();
    const { kernel, bias } = softmaxWeights(classifier);
    const { model, weights } = await saveSoftmaxLayer(classifier.features, classifier.classes, kernel, bias);
    const { script, stem } = await runtimeScript(vectorizer.analyzer.stemmer);
    return {
      'model.json': JSON.stringify(model),
      'weights.bin': weights,
      'labels.json': `${JSON.stringify(labels)}\n`,
      'vocabulary.json': packState(vectorizer),
      'vectorizer.js': [
        `// ${name}, exported by maas ${version}: makes the rows that model.json takes from texts.`,
        script.trimEnd(),
        `export const createVectorizer = (json) => maas.createVectorizer(json, ${stem});`,
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

/** A kernel with a column for each class: of two classes, the first scores 0. */
function softmaxWeights({ coef, intercept, features, classes }: ReturnType<Pipeline['state']>['classifier']) {
  if (intercept.length === classes) return { kernel: coef, bias: intercept };
  const kernel = new Float32Array(features * classes);
  for (let f = 0; f < features; f++) kernel[f * classes + 1] = coef[f]!;
  return { kernel, bias: Float32Array.of(0, intercept[0]!) };
}
