import * as tf from '@tensorflow/tfjs-core';
import { layers, loadLayersModel, type Sequential, sequential } from '@tensorflow/tfjs-layers';
import { openCpu } from './cpu/backend.js';

/** A tfjs-layers model as the files that `loadLayersModel` reads. */
export interface LayersModelFiles {
  /** model.json, which names weights.bin. */
  model: object;
  weights: Uint8Array;
}

/** A softmax layer [features → classes] with these weights: kernel row-major [features, classes], bias [classes]. */
export async function saveSoftmaxLayer(
  features: number,
  classes: number,
  kernel: Float32Array,
  bias: Float32Array,
): Promise<LayersModelFiles> {
  await openCpu();
  const layer = layers.dense({
    units: classes,
    activation: 'softmax',
    inputShape: [features],
    name: 'scores',
    kernelInitializer: 'zeros',
  });
  const model = sequential({ name: 'maas', layers: [layer] });
  const weights = [tf.tensor2d(kernel, [features, classes]), tf.tensor1d(bias)];
  try {
    model.setWeights(weights);
    return await filesOf(model);
  } finally {
    tf.dispose(weights);
    model.dispose();
  }
}

async function filesOf(model: Sequential): Promise<LayersModelFiles> {
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
