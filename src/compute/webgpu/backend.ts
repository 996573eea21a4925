import { MaasError } from '../../errors.js';
import { breathe } from '../../progress.js';
import type { Backend } from '../backend.js';
import { type FoundPackage, findPackages, versionBeside } from '../packages.js';
import type { Tf } from '../sparse.js';
import type { TensorVector, VectorSpace } from '../vectors.js';
import { adapterName, type GpuAdapter, type GpuDevice, isSoftware, loadGpu, removeGpu } from './dawn.js';
import { registerKernels, uploadPieces, type WebgpuBackend } from './kernels.js';
import { shaderVectors } from './vectors.js';

const BACKEND_PACKAGE = '@tensorflow/tfjs-backend-webgpu';

let opened: Promise<Backend> | undefined;

/**
 * Makes tfjs's WebGPU backend current, on the adapter that Dawn finds, be it a software one. Throws `device` where
 * the packages or an adapter are missing.
 */
export async function openWebgpu(folder: string): Promise<Backend> {
  opened ??= open(folder).catch((error) => {
    opened = undefined;
    removeGpu();
    throw error;
  });
  const backend = await opened;
  await backend.tf.setBackend('webgpu');
  return backend;
}

async function open(folder: string): Promise<Backend> {
  const [found] = findPackages(folder, 'webgpu');
  const backendVersion = found && versionBeside(found, BACKEND_PACKAGE);
  if (!found || !backendVersion) {
    throw missing(
      `the package ${found ? BACKEND_PACKAGE : 'webgpu'} is not installed`,
      '`maas doctor --install webgpu` installs it',
    );
  }
  const gpu = await loadGpu(found).catch((cause: Error) => {
    throw missing(
      `${found.path} does not load: ${cause.message.split('\n')[0]}`,
      '`maas doctor --install webgpu` installs it anew',
      cause,
    );
  });
  const broken = (cause: Error) => {
    throw missing(`WebGPU does not start: ${cause.message.split('\n')[0]}`, 'update the driver of the GPU', {
      cause,
    });
  };
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' }).catch(broken);
  if (!adapter) {
    throw missing(
      'WebGPU finds no adapter',
      process.platform === 'linux'
        ? 'install a GPU driver with Vulkan and the loader (libvulkan1); `vulkaninfo --summary` must list the GPU'
        : 'install a current driver of the GPU',
      { installed: true },
    );
  }
  return backendOn(adapter, found, backendVersion).catch(broken);
}

function missing(
  reason: string,
  hint: string,
  { installed = false, cause = undefined as unknown } = {},
): MaasError {
  return new MaasError('device', `the device "webgpu" is not there: ${reason}`, {
    hint,
    details: { requested: 'webgpu', installed },
    cause,
  });
}

async function backendOn(adapter: GpuAdapter, found: FoundPackage, version: string): Promise<Backend> {
  const limit = (name: string) => [name, adapter.limits[name]!];
  const device = await adapter.requestDevice({
    requiredLimits: Object.fromEntries(
      [
        'maxBufferSize',
        'maxStorageBufferBindingSize',
        'maxComputeWorkgroupStorageSize',
        'maxComputeWorkgroupsPerDimension',
        'maxComputeWorkgroupSizeX',
        'maxComputeInvocationsPerWorkgroup',
      ].map(limit),
    ),
  });
  const tf = found.require('@tensorflow/tfjs-core') as Tf;
  tf.enableProdMode();
  const { WebGPUBackend } = found.require(BACKEND_PACKAGE) as {
    WebGPUBackend: new (device: GpuDevice, info: object) => WebgpuBackend;
  };
  // its package registers a backend of its own where navigator.gpu is there
  if (tf.findBackendFactory('webgpu')) tf.removeBackend('webgpu');
  const backend = new WebGPUBackend(device, adapter.info);
  tf.registerBackend('webgpu', () => backend);
  registerKernels(tf);
  const failure = watch(device);
  const tensorBytes = Math.min(adapter.limits.maxBufferSize!, adapter.limits.maxStorageBufferBindingSize!);
  return {
    tf,
    upload: (matrix) => uploadPieces(tf, matrix),
    vectors: (length) => watched(shaderVectors(tf, backend, length), failure) as VectorSpace,
    read: (tensor) => checked(tensor.data(), failure),
    memory: { bytes: Number.POSITIVE_INFINITY, tensorBytes },
    facts: {
      adapter: adapterName(adapter),
      driver: adapter.info.description || null,
      software: isSoftware(adapter),
      memoryBytes: null,
      libraries: { tfjs: tf.version_core, 'tfjs-backend-webgpu': version, webgpu: found.version },
    },
    close() {
      opened = undefined;
      tf.removeBackend('webgpu');
      device.destroy();
      removeGpu();
    },
  };
}

/** WebGPU reports what goes wrong aside; this keeps the first such report. */
function watch(device: GpuDevice): () => MaasError | undefined {
  let failure: MaasError | undefined;
  const fail = (what: string) => {
    failure ??= new MaasError('failed', `the GPU gave up: ${what.split('\n')[0]}`, {
      hint: 'the job may be too large for its memory: raise --min-df, set --max-features, or use --device wasm',
    });
  };
  device.addEventListener('uncapturederror', ({ error }) => fail(error.message));
  device.lost.then(({ message }) => fail(message));
  return () => failure;
}

/** What was read, unless the GPU reported a fault: numbers mean nothing then. */
async function checked<T>(read: Promise<T>, failure: () => MaasError | undefined): Promise<T> {
  const value = await read.catch(async (error) => {
    // the loss of a device is reported a little after what fails of it
    await breathe();
    throw failure() ?? error;
  });
  const found = failure();
  if (found) throw found;
  return value;
}

const watched = (
  space: VectorSpace<TensorVector>,
  failure: () => MaasError | undefined,
): VectorSpace<TensorVector> => ({
  ...space,
  read: (vector) => checked(space.read(vector), failure),
  dots: (...args) => checked(space.dots(...args), failure),
  maxAbs: (vector) => checked(space.maxAbs(vector), failure),
});
