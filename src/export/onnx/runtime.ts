import { defaultDeviceFolder } from '../../compute/index.js';
import { findPackages } from '../../compute/packages.js';
import { MaasError } from '../../errors.js';
import { keepToItself } from '../../features/sentence/runtime.js';
import { type Prediction, predictionsOf } from '../../predictions.js';

/** What maas uses of ONNX Runtime, whose packages for Node and for browsers offer the same. */
interface OnnxRuntime {
  env: { wasm: { numThreads?: number }; logLevel?: string };
  InferenceSession: { create(model: Uint8Array, options: object): Promise<Session> };
  Tensor: new (type: string, data: unknown, dims: readonly number[]) => unknown;
}

export interface Session {
  readonly inputNames: readonly string[];
  run(
    feeds: Record<string, unknown>,
  ): Promise<Record<string, { data: ArrayLike<unknown>; dims: readonly number[] }>>;
  release(): Promise<void>;
}

/** The ONNX Runtime that is installed: onnxruntime-web beside maas, or onnxruntime-node. Throws `device`. */
export function loadOnnxRuntime(devices = defaultDeviceFolder()): OnnxRuntime {
  const packages = [...findPackages(devices, 'onnx'), ...findPackages(devices, 'sentence')];
  const found = packages.find(({ name }) => name.startsWith('onnxruntime'));
  if (!found) {
    throw new MaasError(
      'device',
      'no ONNX Runtime is installed, expected the npm package onnxruntime-web or onnxruntime-node',
      {
        hint: '`npm install onnxruntime-web` beside maas, or `maas doctor --install sentence`, installs one',
      },
    );
  }
  keepToItself();
  try {
    const runtime = found.require(found.name) as OnnxRuntime;
    // threads would outlive the work
    runtime.env.wasm.numThreads = 1;
    return runtime;
  } catch (cause) {
    const why = (cause as Error).message.split('\n')[0];
    throw new MaasError('device', `${found.path} cannot be loaded: ${why}`, { cause });
  }
}

/** What a graph says of texts: probabilities, row-major [texts, labels], and the classes that it decides for. */
export const labelledPredictions = (
  labels: readonly string[],
  probabilities: Float64Array,
  decided: readonly string[],
): Prediction[] =>
  predictionsOf(labels, probabilities).map(({ scores }, text) => {
    const label = decided[text]!;
    return { label, score: scores[label] ?? Number.NaN, scores };
  });
