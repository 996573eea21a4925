/** What a hidden layer makes of a sum, as Keras names it; `gelu` is its tanh approximation (Hendrycks & Gimpel 2016). */
export const activations = {
  relu: (z: number) => Math.max(0, z),
  tanh: Math.tanh,
  sigmoid: (z: number) => 1 / (1 + Math.exp(-z)),
  gelu: (z: number) => 0.5 * z * (1 + Math.tanh(GELU_SCALE * (z + GELU_CUBE * z * z * z))),
  linear: (z: number) => z,
} as const satisfies Record<string, (z: number) => number>;

export type Activation = keyof typeof activations;

/** √(2/π), and the weight of z³, of the approximation of gelu. */
export const GELU_SCALE = Math.sqrt(2 / Math.PI);
export const GELU_CUBE = 0.044715;
