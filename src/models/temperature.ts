import type { ClassifierState } from './classifier.js';
import type { DenseLayer } from './dense.js';

/**
 * The classifier whose logits are those of another divided by a temperature: the weights that they are summed from are, so
 * that whatever scores with them is calibrated, exports included. Shares of classes are raised to 1/temperature.
 */
export function withTemperature<S extends ClassifierState>(state: S, temperature: number): S;
export function withTemperature(state: ClassifierState, temperature: number): ClassifierState {
  const divided = (values: Float32Array) => values.map((value) => value / temperature);
  const layer = ({ kernel, bias }: DenseLayer) => ({ kernel: divided(kernel), bias: divided(bias) });
  switch (state.kind) {
    case 'logistic':
    case 'nb':
      return { ...state, coef: divided(state.coef), intercept: divided(state.intercept) };
    case 'dense':
    case 'bag':
      return { ...state, layers: [...state.layers.slice(0, -1), layer(state.layers.at(-1)!)] };
    case 'cnn':
    case 'lstm':
      return { ...state, scores: layer(state.scores) };
    case 'majority': {
      const raised = state.shares.map((share) => share ** (1 / temperature));
      const total = raised.reduce((sum, share) => sum + share, 0);
      return { ...state, shares: raised.map((share) => share / total) };
    }
  }
}
