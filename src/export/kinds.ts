/** The export formats by name. What they are stands in `formats.ts`, which those that only name them need not load. */
export const formatNames = ['js', 'tfjs', 'onnx', 'safetensors', 'mlflow', 'container'] as const;
export type FormatName = (typeof formatNames)[number];

/** The numbers that weights may be stored as, in the place of their own. */
export const quantizations = ['int8', 'float16'] as const;
export type Quantization = (typeof quantizations)[number];

/** What is kept of a vocabulary: so many of its terms, a share of them, or as many as a file of so many bytes holds. */
export type Pruning = { terms: number } | { share: number } | { bytes: number };
