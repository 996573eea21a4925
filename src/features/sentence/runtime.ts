import { findPackages } from '../../compute/packages.js';
import { MaasError } from '../../errors.js';
import type { TokenizersPackage } from './tokens.js';

/** What maas uses of onnxruntime-node, whose types come with it alone. */
export interface OnnxPackage {
  InferenceSession: { create(path: string, options: object): Promise<OnnxSession> };
  Tensor: new (type: 'int64', data: BigInt64Array, dims: readonly number[]) => unknown;
}

export interface OnnxSession {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  run(feeds: Record<string, unknown>, fetches: readonly string[]): Promise<Record<string, OnnxTensor>>;
  release(): Promise<void>;
}

export interface OnnxTensor {
  readonly type: string;
  readonly dims: readonly number[];
  readonly data: ArrayLike<unknown>;
}

/** The libraries that sentence embeddings need. */
export interface SentenceRuntime {
  onnx: OnnxPackage;
  tokenizers: TokenizersPackage;
  /** Their versions by name. */
  libraries: Record<string, string>;
}

const names = { onnx: 'onnxruntime-node', tokenizers: '@huggingface/tokenizers' } as const;

/** Loads what does not come with maas, from the folder of devices or from beside maas. Throws `device`. */
export function loadRuntime(devices: string): SentenceRuntime {
  const found = findPackages(devices, 'sentence');
  const load = (wanted: string) => {
    const there = found.find(({ name }) => name === wanted);
    if (!there) {
      throw new MaasError(
        'device',
        `the vectorizer "sentence" needs the npm packages ${names.onnx} and ${names.tokenizers}, and ${wanted} is not installed`,
        { hint: '`maas doctor --install sentence` installs both' },
      );
    }
    try {
      return { loaded: there.require(there.path) as unknown, version: there.version };
    } catch (cause) {
      const why = (cause as Error).message.split('\n')[0];
      throw new MaasError('device', `${there.path} cannot be loaded: ${why}`, { cause });
    }
  };
  keepToItself();
  const onnx = load(names.onnx);
  const tokenizers = load(names.tokenizers);
  return {
    onnx: onnx.loaded as OnnxPackage,
    tokenizers: tokenizers.loaded as TokenizersPackage,
    libraries: { [names.onnx]: onnx.version, [names.tokenizers]: tokenizers.version },
  };
}

/** ONNX Runtime would tell its makers of its use, and keep a log and a database of that; to be called before it is loaded. */
export function keepToItself(): void {
  process.env.ORT_DISABLE_TELEMETRY ??= '1';
}
