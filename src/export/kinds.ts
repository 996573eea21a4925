/** The forms that a version is exported in, by name; `formats.ts`, which knows how, is loaded where one is written. */
export const formatNames = ['js', 'tfjs', 'onnx', 'safetensors', 'mlflow'] as const;
export type FormatName = (typeof formatNames)[number];

/** The numbers that weights may be stored as, in the place of their own. */
export const quantizations = ['int8', 'float16'] as const;
export type Quantization = (typeof quantizations)[number];

/** What is kept of a vocabulary: so many of its terms, a share of them, or as many as a file of so many bytes holds. */
export type Pruning = { terms: number } | { share: number } | { bytes: number };
