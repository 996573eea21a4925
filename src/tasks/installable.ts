/** The devices whose libraries do not come with maas. */
export const installable = ['cuda', 'native', 'webgpu'] as const;
export type InstallableDevice = (typeof installable)[number];

/** TensorFlow.js's packages are of one version, or do not understand each other. */
export const TFJS = '4.22.0';
export const WEBGPU = '0.6.2';

/** What an installation fetches, for the question that comes before it. */
export const downloads: Record<InstallableDevice, string> = {
  webgpu: `the npm packages webgpu ${WEBGPU} and @tensorflow/tfjs-backend-webgpu ${TFJS} (about 200 MB on disk)`,
  native: `the npm package @tensorflow/tfjs-node-gpu ${TFJS} and, by pip, TensorFlow for the CPU (about 1.2 GB on disk), and compiles the binding between them`,
  cuda: `the npm package @tensorflow/tfjs-node-gpu ${TFJS} and, by pip, TensorFlow with CUDA (about 6 GB on disk), and compiles the binding between them`,
};
