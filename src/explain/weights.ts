import type { LinearState } from '../models/linear.js';
import type { NamedTerms } from './explanation.js';

/** A term, and what each unit of its feature adds to the logit of a class. */
export interface WeighedTerm {
  term: string;
  weight: number;
}

/**
 * What rows of a linear model's numbers ([rows, columns], coefficients or the intercept) say of a class: of two classes the log-odds,
 * as scikit-learn's `coef_` has them, of more the number of the class minus the mean over classes.
 */
export function contrast(numbers: Float32Array, { intercept }: LinearState, classNumber: number) {
  const columns = intercept.length;
  if (columns === 1) return (row: number) => (classNumber === 1 ? numbers[row]! : -numbers[row]!);
  if (columns === 2)
    return (row: number) => numbers[2 * row + classNumber]! - numbers[2 * row + 1 - classNumber]!;
  return (row: number) => {
    let sum = 0;
    for (let c = 0; c < columns; c++) sum += numbers[row * columns + c]!;
    return numbers[row * columns + classNumber]! - sum / columns;
  };
}

/** The terms that weigh most for and against a class, by falling strength; of equal ones that of more rows first. */
export function strongestTerms(
  { vectorizer, classifier }: NamedTerms,
  classNumber: number,
  count: number,
): { for: WeighedTerm[]; against: WeighedTerm[] } {
  const state = classifier.state();
  const weightOf = contrast(state.coef, state, classNumber);
  const terms = vectorizer.state().terms.list();
  const strongest = (sign: number) =>
    largest(terms.length, count, (row) => sign * weightOf(row)).map((row) => ({
      term: terms[row]!,
      weight: weightOf(row),
    }));
  return { for: strongest(1), against: strongest(-1) };
}

/** The places of the largest positive values, falling, at most `count`. */
function largest(length: number, count: number, numberOf: (i: number) => number): number[] {
  let found: { i: number; value: number }[] = [];
  let least = 0;
  const cut = () => {
    found = found.sort((a, b) => b.value - a.value || a.i - b.i).slice(0, count);
    if (found.length === count) least = found[count - 1]!.value;
  };
  for (let i = 0; i < length; i++) {
    const value = numberOf(i);
    if (value <= least) continue;
    found.push({ i, value });
    if (found.length >= 2 * count) cut();
  }
  cut();
  return found.map(({ i }) => i);
}
