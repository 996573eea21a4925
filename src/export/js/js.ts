import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Pipeline } from '../../pipeline.js';
import type { Prediction } from '../../predictions.js';
import type { Listener } from '../../progress.js';
import { version } from '../../version.js';
import type { ExportFormat, FormatOptions } from '../formats.js';
import { packState, runtimeScript } from './pack.js';
import { smallerModule } from './pruning.js';
import type { Predictor } from './runtime.js';

const types = `/** What the model says of one text. */
export interface Prediction {
  /** The class that is decided for: the most probable one, unless the model has thresholds. */
  label: string;
  /** Its probability. */
  score: number;
  /** The probability of every class; they sum to 1. */
  scores: Record<string, number>;
}

/** The classes, in the model's order. */
export declare const labels: readonly string[];
/** Classifies one text. */
export declare function predict(text: string): Prediction;
/** Classifies many texts, in order. */
export declare function predictAll(texts: readonly string[]): Prediction[];
`;

/** One ECMAScript module without dependencies, for Node, browsers and edge runtimes. */
export const js: ExportFormat = {
  thresholds: true,
  options: ['quantize', 'prune'],

  async files(pipeline: Pipeline, name: string, { quantize, prune }: FormatOptions, listener: Listener) {
    const state = pipeline.state();
    const { script, stem } = await runtimeScript(state.vectorizer.analyzer.stemmer);
    const moduleOf = (state: object) =>
      [
        `// ${name}, exported by maas ${version}. Usage: import { predict } from './model.js'; predict('some text')`,
        script.trimEnd(),
        `const predictor = maas.createPredictor(${JSON.stringify(packState(state, quantize))}, ${stem});`,
        'export const labels = predictor.labels;',
        'export const predict = predictor.predict;',
        'export const predictAll = predictor.predictAll;',
        '',
      ].join('\n');
    return {
      'model.js': quantize || prune ? smallerModule(state, prune, moduleOf, listener) : moduleOf(state),
      'model.d.ts': types,
      'package.json': `${JSON.stringify({ type: 'module', main: './model.js', types: './model.d.ts' }, null, 2)}\n`,
    };
  },

  async predict(folder: string, texts: readonly string[]): Promise<Prediction[]> {
    const file = join(folder, 'model.js');
    // a module is loaded once, whatever becomes of its file
    const { mtimeMs } = await stat(file);
    const model: Predictor = await import(`${pathToFileURL(file).href}?${mtimeMs}`);
    return texts.map((text) => model.predict(text));
  },
};
