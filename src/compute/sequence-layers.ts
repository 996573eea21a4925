import * as tf from '@tensorflow/tfjs-core';
import { input, layers, model as modelOf, type RNN, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { openCpu } from './cpu/backend.js';
import { filesOf, type LayersModelFiles, type LayerWeights } from './layers.js';

/** Weights of an LSTM as Keras has them: [dim, 4 · units], [units, 4 · units], [4 · units]. */
interface LstmLayer {
  kernel: Float32Array;
  recurrent: Float32Array;
  bias: Float32Array;
}

/** Weights of a convolution as Keras has them: [width, dim, filters], [filters]. */
interface ConvolutionLayer {
  width: number;
  kernel: Float32Array;
  bias: Float32Array;
}

/** What stands between the embeddings and the last layer. */
export type EncoderLayers = { units: number; passes: LstmLayer[] } | { convolutions: ConvolutionLayer[] };

type Layer = Parameters<typeof layers.timeDistributed>[0]['layer'];
/** A layer, and what its weights are once it is built. */
type Weighted = [layer: Layer, weights: [shape: number[], values: Float32Array][]];

/**
 * A model of tfjs-layers that takes rows of numbers of terms, of any length, 0 being padding: embeddings, an encoder, and a
 * last dense layer.
 */
export async function saveSequenceLayers(
  dim: number,
  embedding: Float32Array,
  encoder: EncoderLayers,
  { kernel, bias, activation }: LayerWeights,
): Promise<LayersModelFiles> {
  await openCpu();
  const terms = embedding.length / dim;
  const weighted: Weighted[] = [];
  const apply = (layer: Weighted[0], to: SymbolicTensor, ...weights: Weighted[1]): SymbolicTensor => {
    weighted.push([layer, weights]);
    return layer.apply(to) as SymbolicTensor;
  };
  const numbers = input({ shape: [null], name: 'terms' });
  const maskZero = 'passes' in encoder;
  const embed = layers.embedding({
    inputDim: terms,
    outputDim: dim,
    maskZero,
    embeddingsInitializer: 'zeros',
    name: 'embedding',
  });
  const embedded = apply(embed, numbers, [[terms, dim], embedding]);
  const encoded =
    'passes' in encoder
      ? lstmOf(encoder, dim, embedded, apply)
      : convolved(encoder.convolutions, dim, embedded, apply);
  const scores = layers.dense({ units: bias.length, activation, kernelInitializer: 'zeros', name: 'scores' });
  const outputs = apply(
    scores,
    encoded,
    [[kernel.length / bias.length, bias.length], kernel],
    [[bias.length], bias],
  );
  const model = modelOf({ inputs: numbers, outputs, name: 'maas' });
  try {
    for (const [layer, weights] of weighted) {
      const tensors = weights.map(([shape, values]) => tf.tensor(values, shape));
      layer.setWeights(tensors);
      tf.dispose(tensors);
    }
    return await filesOf(model);
  } finally {
    model.dispose();
  }
}

type Apply = (layer: Weighted[0], to: SymbolicTensor, ...weights: Weighted[1]) => SymbolicTensor;

function lstmOf(
  { units, passes }: { units: number; passes: LstmLayer[] },
  dim: number,
  embedded: SymbolicTensor,
  apply: Apply,
): SymbolicTensor {
  const zeros = { kernelInitializer: 'zeros', recurrentInitializer: 'zeros', unitForgetBias: false } as const;
  const own = layers.lstm({ units, recurrentActivation: 'sigmoid', ...zeros, name: 'lstm' });
  const layer =
    passes.length === 1
      ? own
      : layers.bidirectional({ layer: own as RNN, mergeMode: 'concat', name: 'bidirectional' });
  const weights = passes.flatMap(({ kernel, recurrent, bias }): Weighted[1] => [
    [[dim, 4 * units], kernel],
    [[units, 4 * units], recurrent],
    [[4 * units], bias],
  ]);
  return apply(layer, embedded, ...weights);
}

function convolved(
  convolutions: readonly ConvolutionLayer[],
  dim: number,
  embedded: SymbolicTensor,
  apply: Apply,
): SymbolicTensor {
  const largest = convolutions.map(({ width, kernel, bias }, i) => {
    const layer = layers.conv1d({
      filters: bias.length,
      kernelSize: width,
      activation: 'relu',
      kernelInitializer: 'zeros',
      name: `convolution_${i + 1}`,
    });
    const outcomes = apply(layer, embedded, [[width, dim, bias.length], kernel], [[bias.length], bias]);
    return layers.globalMaxPooling1d({ name: `largest_${i + 1}` }).apply(outcomes) as SymbolicTensor;
  });
  if (largest.length === 1) return largest[0]!;
  return layers.concatenate({ name: 'largest' }).apply(largest) as SymbolicTensor;
}
