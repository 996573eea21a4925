import * as tf from '@tensorflow/tfjs-core';
import { type LayersModel, layers, loadLayersModel, sequential } from '@tensorflow/tfjs-layers';
import { openCpu } from './cpu/backend.js';

/** A tfjs-layers model as the files that `loadLayersModel` reads. */
export interface LayersModelFiles {
  /** model.json, which names weights.bin. */
  model: object;
  weights: Uint8Array;
}

/** A dense layer: kernel row-major [inputs, units], bias [units], activation by tfjs-layers' name. */
export interface LayerWeights {
  kernel: Float32Array;
  bias: Float32Array;
  activation: NonNullable<Parameters<typeof layers.dense>[0]['activation']>;
}

/** A sequence of dense layers with these weights. */
export async function saveDenseLayers(given: readonly LayerWeights[]): Promise<LayersModelFiles> {
  await openCpu();
  const model = sequential({
    name: 'maas',
    layers: given.map(({ kernel, bias, activation }, i) =>
      layers.dense({
        units: bias.length,
        activation,
        ...(i === 0 ? { inputShape: [kernel.length / bias.length] } : {}),
        name: i === given.length - 1 ? 'scores' : `hidden_${i + 1}`,
        kernelInitializer: 'zeros',
      }),
    ),
  });
  const weights = given.flatMap(({ kernel, bias }) => [
    tf.tensor2d(kernel, [kernel.length / bias.length, bias.length]),
    tf.tensor1d(bias),
  ]);
  try {
    model.setWeights(weights);
    return await filesOf(model);
  } finally {
    tf.dispose(weights);
    model.dispose();
  }
}

/** The files of a model that is built. */
export async function filesOf(model: LayersModel): Promise<LayersModelFiles> {
  let artifacts: tf.io.ModelArtifacts | undefined;
  await model.save(
    tf.io.withSaveHandler(async (given) => {
      artifacts = given;
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    }),
  );
  const { modelTopology, format, generatedBy, weightSpecs, weightData } = artifacts!;
  const data = tf.io.CompositeArrayBuffer.join(weightData);
  return {
    model: {
      modelTopology,
      format,
      generatedBy,
      convertedBy: null,
      weightsManifest: [{ paths: ['weights.bin'], weights: weightSpecs }],
    },
    weights: new Uint8Array(data),
  };
}

/** Runs a layers model, as its files hold it, on dense rows one at a time. */
export async function predictWithLayers(
  { model, weights }: LayersModelFiles,
  rows: Iterable<Float32Array>,
): Promise<Float32Array[]> {
  await openCpu();
  const { modelTopology, weightsManifest } = model as {
    modelTopology: object;
    weightsManifest: { weights: tf.io.WeightsManifestEntry[] }[];
  };
  const loaded = await loadLayersModel(
    tf.io.fromMemory({
      modelTopology,
      weightSpecs: weightsManifest.flatMap((group) => group.weights),
      weightData: weights.buffer.slice(
        weights.byteOffset,
        weights.byteOffset + weights.byteLength,
      ) as ArrayBuffer,
    }),
  );
  const out: Float32Array[] = [];
  for (const row of rows) {
    tf.tidy(() => {
      const scores = loaded.predict(tf.tensor2d(row, [1, row.length])) as tf.Tensor;
      out.push(scores.dataSync() as Float32Array);
    });
  }
  loaded.dispose();
  return out;
}
