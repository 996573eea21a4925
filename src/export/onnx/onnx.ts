import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MaasError } from '../../errors.js';
import type { PipelineState } from '../../pipeline.js';
import type { Prediction } from '../../predictions.js';
import type { Listener } from '../../progress.js';
import type { ExportFormat, FormatOptions } from '../formats.js';
import { loadVectorize, type Vectorize, vectorizerFiles } from '../vectorizer-files.js';
import { textWeights } from './expressible.js';
import { featuresModel, textModel } from './model.js';
import { labelledPredictions, loadOnnxRuntime } from './runtime.js';
import type { TermWeights } from './tfidf.js';

/** An ONNX graph from texts to labels and probabilities, or from features where it cannot be exact from texts. */
export const onnx: ExportFormat = {
  thresholds: true,
  options: ['inputs'],

  async files(pipeline, name, options, listener) {
    const state = pipeline.state();
    const labels = `${JSON.stringify(state.labels)}\n`;
    const text = textGraph(state, options, listener);
    if (text) {
      const model = textModel(state, text.weights, name, { shape: 'list', outputs: 'probabilities' });
      return { 'model.onnx': model, 'labels.json': labels };
    }
    return {
      'model.onnx': featuresModel(state, pipeline.vectorizer.features, name, 'probabilities'),
      'labels.json': labels,
      ...(await vectorizerFiles(state.vectorizer, state.classifier, name)),
    };
  },

  async predict(folder, texts, devices): Promise<Prediction[]> {
    const { InferenceSession, Tensor } = loadOnnxRuntime(devices);
    const model = await readFile(join(folder, 'model.onnx'));
    const labels = JSON.parse(await readFile(join(folder, 'labels.json'), 'utf8')) as string[];
    const session = await InferenceSession.create(model, { logSeverityLevel: 3 });
    const [input] = session.inputNames;
    const vectorize = input === 'text' ? undefined : await loadVectorize(folder);
    try {
      const out = new Float64Array(texts.length * labels.length);
      const decided: string[] = [];
      // some texts alone and some together, where one's tokens are filled up to another's
      const alone = Math.ceil(texts.length / 2);
      for (let from = 0; from < texts.length; ) {
        const to = vectorize || from < alone ? from + 1 : texts.length;
        const [type, data, dims] = feed(input!, texts.slice(from, to), vectorize);
        const { label, probabilities } = await session.run({ [input!]: new Tensor(type, data, dims) });
        out.set(probabilities!.data as Float32Array, from * labels.length);
        decided.push(...(label!.data as string[]));
        from = to;
      }
      return labelledPredictions(labels, out, decided);
    } finally {
      await session.release();
    }
  },
};

/**
 * What a graph that takes texts is made of; undefined where it is to take features, which is told if nobody asked for
 * it. Throws `usage` where texts were asked for and it cannot be exact.
 */
function textGraph(
  state: PipelineState,
  { inputs }: FormatOptions,
  listener: Listener,
): { weights: TermWeights | undefined } | undefined {
  if (inputs === 'features') return undefined;
  const found = textWeights(state);
  if ('weights' in found) return found;
  if (inputs === 'text') {
    throw new MaasError('usage', `the model cannot take texts in ONNX: ${found.reason}`, {
      hint: 'use --inputs features, which comes with code that makes them, or --format js',
    });
  }
  listener.warn?.(`the graph takes features, which vectorizer.js makes of texts: ${found.reason}`);
  return undefined;
}

/** Texts as a tensor of the graph's input; features of one text alone. */
function feed(
  input: string,
  texts: readonly string[],
  vectorize: Vectorize | undefined,
): [type: string, data: unknown, dims: number[]] {
  if (!vectorize) return ['string', texts, [texts.length]];
  const row = vectorize(texts[0]!);
  if (input === 'features') return ['float32', row, [1, row.length]];
  return ['int64', BigInt64Array.from(row, BigInt), [1, row.length]];
}
