/** The classifiers by name. What they are stands in `classifier.ts`, which those that only name them need not load. */
export const classifierNames = ['logistic', 'nb', 'dense', 'bag', 'cnn', 'lstm', 'majority'] as const;
export type ClassifierKind = (typeof classifierNames)[number];
