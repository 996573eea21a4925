/** The export formats by name. What they are stands in `formats.ts`, which those that only name them need not load. */
export const formatNames = ['js', 'tfjs', 'onnx', 'safetensors', 'mlflow', 'container'] as const;
export type FormatName = (typeof formatNames)[number];
