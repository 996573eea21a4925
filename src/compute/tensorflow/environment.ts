import { createRequire } from 'node:module';

/**
 * Prepares this process for TensorFlow's library, which reads its settings from the environment when it is loaded.
 * What the user has set stays, but that `native` hides GPUs from it.
 */
export function prepareProcess(gpu: boolean): void {
  const { env } = process;
  // without this TensorFlow takes all memory of the GPU at once
  env.TF_FORCE_GPU_ALLOW_GROWTH ??= 'true';
  // TensorFloat-32 keeps 10 bits of a number, too few for an optimizer that compares losses
  env.NVIDIA_TF32_OVERRIDE ??= '0';
  env.TF_CPP_MIN_LOG_LEVEL ??= '2';
  // oneDNN orders sums by the processor, announces itself on stderr, and was no faster when measured
  env.TF_ENABLE_ONEDNN_OPTS ??= '0';
  if (gpu) {
    // numbers as nvidia-smi has them; of several GPUs tfjs-node would take the last
    env.CUDA_DEVICE_ORDER ??= 'PCI_BUS_ID';
    env.CUDA_VISIBLE_DEVICES ??= '0';
  } else {
    env.CUDA_VISIBLE_DEVICES = '-1';
  }
  // tfjs-node calls these, which are deprecated in Node 22 and gone in 23
  const util = createRequire(import.meta.url)('node:util') as Record<string, unknown>;
  util.isNullOrUndefined = (value: unknown) => value === null || value === undefined;
  util.isArray = Array.isArray;
}
