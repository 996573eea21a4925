/** What does not come with maas: the libraries of devices, and those of the vectorizer "sentence". */
export const installable = ['cuda', 'native', 'webgpu', 'sentence'] as const;
export type Installable = (typeof installable)[number];
export type InstallableDevice = Exclude<Installable, 'sentence'>;

/** TensorFlow.js's packages are of one version, or do not understand each other. */
export const TFJS = '4.22.0';
export const WEBGPU = '0.6.2';
/** ONNX Runtime and the tokenizers of Hugging Face, for sentence embeddings. */
export const ONNX = '1.30.0';
export const TOKENIZERS = '0.2.0';

/** What an installation fetches, for the question that comes before it. */
export const downloads: Record<Installable, string> = {
  webgpu: `the npm packages webgpu ${WEBGPU} and @tensorflow/tfjs-backend-webgpu ${TFJS} (about 200 MB on disk)`,
  sentence: `the npm packages onnxruntime-node ${ONNX} and @huggingface/tokenizers ${TOKENIZERS} (about 50 MB on disk)`,
  native: `the npm package @tensorflow/tfjs-node-gpu ${TFJS} and, by pip, TensorFlow for the CPU (about 1.2 GB on disk), and compiles the binding between them`,
  cuda: `the npm package @tensorflow/tfjs-node-gpu ${TFJS} and, by pip, TensorFlow with CUDA (about 6 GB on disk), and compiles the binding between them`,
};
