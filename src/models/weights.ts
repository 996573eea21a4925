/** How many rows each class has. */
export function classCounts(labels: Int32Array, classes: number): Float64Array {
  const counts = new Float64Array(classes);
  for (const label of labels) counts[label]!++;
  return counts;
}

/** Share of the rows that each class has. */
export const classPriors = (labels: Int32Array, classes: number): Float64Array =>
  classCounts(labels, classes).map((count) => count / labels.length);

/** The weight of each class: 1, or for `balanced` rows / (classes · rows of the class), as scikit-learn has it. */
export const classWeights = (labels: Int32Array, classes: number, kind: 'balanced' | null): Float64Array =>
  kind === null
    ? new Float64Array(classes).fill(1)
    : classCounts(labels, classes).map((count) => labels.length / (classes * count));
