import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { MaasError } from '../../errors.js';
import type { Backend, DeviceFacts, DeviceMemory } from '../backend.js';
import { type FoundPackage, findPackages } from '../packages.js';
import { processorFacts, systemMemory } from '../processor.js';
import type { Tf } from '../sparse.js';
import type { VectorSpace } from '../vectors.js';
import { prepareProcess } from './environment.js';
import { registerKernels, type TensorflowBackend, uploadCoo } from './kernels.js';
import { cudaLibraries, findNvidiaGpu, hasNvidiaDriver } from './nvidia.js';
import { tensorVectors } from './vectors.js';

type TensorflowDevice = 'cuda' | 'native';

const NO_NVIDIA_HINT =
  'install the NVIDIA driver (`nvidia-smi` must list a GPU), or use --device webgpu, wasm or auto';

const installHint: Record<TensorflowDevice, string> =
  process.platform === 'linux'
    ? {
        native: '`maas doctor --install native` installs it',
        cuda: '`maas doctor --install cuda` installs it',
      }
    : {
        native: '`npm install @tensorflow/tfjs-node` beside maas installs it',
        cuda: 'use --device webgpu: maas builds cuda on Linux only',
      };

let loaded: { tf: Tf; device: TensorflowDevice } | undefined;

/**
 * Makes TensorFlow current, through tfjs-node or tfjs-node-gpu: on an NVIDIA GPU (the first, or the last that
 * CUDA_VISIBLE_DEVICES names), or on the processor.
 * A process does one of the two, since TensorFlow decides when it is loaded. Throws `device` where it is not there.
 */
export async function openTensorflow(device: TensorflowDevice, folder: string): Promise<Backend> {
  const installed = findPackages(folder, 'tensorflow');
  const found = installed.find(({ path }) => hasBinding(path)) ?? installed[0];
  if (!found) throw missing(device, '@tensorflow/tfjs-node-gpu is not installed');
  // what TensorFlow would find out as well, after seconds and pages of messages
  if (device === 'cuda' && !hasNvidiaDriver()) {
    const reason = `${found.name} is installed, but there is no NVIDIA driver or no NVIDIA GPU`;
    throw noGpu(reason, NO_NVIDIA_HINT, true);
  }
  if (loaded && loaded.device !== device) {
    throw new MaasError('device', `TensorFlow already computes on ${loaded.device} in this process`, {
      hint: `use another process for ${device}`,
    });
  }
  loaded ??= { tf: load(found, device), device };
  const { tf } = loaded;
  await tf.setBackend('tensorflow');
  const backend = tf.backend() as TensorflowBackend;
  const libraries = {
    tfjs: tf.version_core,
    [found.name.replace('@tensorflow/', '')]: found.version,
    tensorflow: backend.binding.TF_Version,
    ...(device === 'cuda' ? cudaLibraries(found.path) : {}),
  };
  const gpu = device === 'cuda' ? requireGpu(backend) : undefined;
  return {
    tf,
    upload: (matrix) => uploadCoo(tf, backend, matrix),
    vectors: (length) => tensorVectors(tf, length) as VectorSpace,
    memory: gpu ? memoryOf(gpu) : systemMemory(),
    facts: gpu ? { ...gpu, software: false, libraries } : processorFacts(libraries),
  };
}

function load(found: FoundPackage, device: TensorflowDevice): Tf {
  if (!hasBinding(found.path)) {
    throw missing(
      device,
      `${found.name} is installed in ${found.path}, but its native library is not: its download failed`,
    );
  }
  prepareProcess(device === 'cuda');
  try {
    const tf = found.require(found.path) as Tf;
    // spares the user remarks on a second copy of TensorFlow.js
    tf.enableProdMode();
    registerKernels(tf);
    return tf;
  } catch (cause) {
    const [reason] = (cause as Error).message.split('\n');
    throw missing(device, `${found.name} in ${found.path} does not load: ${reason}`, cause);
  }
}

/** Whether the package has its native module, which npm's install script downloads or builds. */
function hasBinding(path: string): boolean {
  const lib = join(path, 'lib');
  const builds = existsSync(lib) ? readdirSync(lib) : [];
  return builds.some((build) => existsSync(join(lib, build, 'tfjs_binding.node')));
}

function missing(device: TensorflowDevice, reason: string, cause?: unknown): MaasError {
  const hopeless = device === 'cuda' && !hasNvidiaDriver();
  const also = hopeless ? ', and there is no NVIDIA driver or no NVIDIA GPU' : '';
  return new MaasError('device', `the device "${device}" is not there: ${reason}${also}`, {
    hint: hopeless ? NO_NVIDIA_HINT : installHint[device],
    details: { requested: device },
    cause,
  });
}

/** What fits on a GPU, less what the libraries take; unknown is unlimited. */
function memoryOf({ memoryBytes }: Pick<DeviceFacts, 'memoryBytes'>): DeviceMemory {
  const bytes = memoryBytes === null ? Number.POSITIVE_INFINITY : 0.9 * memoryBytes;
  return { bytes, tensorBytes: bytes };
}

/** The GPU that TensorFlow computes on. Throws `device`, saying what is missing, where it sees none. */
function requireGpu({
  isUsingGpuDevice,
  binding,
}: TensorflowBackend): Pick<DeviceFacts, 'adapter' | 'driver' | 'memoryBytes'> {
  const visible = process.env.CUDA_VISIBLE_DEVICES ?? '0';
  const gpu = findNvidiaGpu(visible.split(',').at(-1)!.trim());
  if (isUsingGpuDevice) return gpu ?? { adapter: 'NVIDIA GPU', driver: null, memoryBytes: null };
  const hidden = ['', '-1'].includes(visible);
  const sees = `TensorFlow ${binding.TF_Version} sees no GPU`;
  if (hidden)
    throw noGpu(`${sees}: CUDA_VISIBLE_DEVICES hides every one`, 'unset CUDA_VISIBLE_DEVICES', true);
  const driver = gpu ? `driver ${gpu.driver}` : 'the driver';
  throw noGpu(
    `${sees}: it is built without CUDA, or its CUDA libraries do not load beside ${driver}`,
    '`maas doctor --install cuda` builds it against a TensorFlow that brings CUDA',
    false,
  );
}

/** `installed` where nothing is wrong with the libraries. */
const noGpu = (reason: string, hint: string, installed: boolean) =>
  new MaasError('device', `the device "cuda" is not there: ${reason}`, {
    hint,
    details: { requested: 'cuda', installed },
  });
