import { readFileSync } from 'node:fs';
import type { Pooling } from '../../src/features/pooling.js';
import type { TfidfOptions } from '../../src/features/tfidf-fit.js';
import { presets } from '../../src/tasks/presets.js';

interface GoldenVectorizer {
  options: Record<string, unknown>;
  terms: string[];
  idf: number[];
  indptr: number[];
  indices: number[];
  values: number[];
}

/** Feature rows of the texts. */
interface GoldenRows {
  options: Record<string, unknown>;
  indptr: number[];
  indices: number[];
  values: number[];
}

/** Means of word vectors, a row for each text; an empty one where no word has a vector. */
interface GoldenPoolings {
  words: string[];
  vectors: number[][];
  /** The texts that are trained on. */
  train: number[];
  rows: Record<Pooling, number[][]>;
}

interface GoldenRegression {
  labels: string[];
  options: { C?: number; class_weight?: 'balanced' };
  features: number;
  objective: number;
  intercept: number[];
  first_probabilities: number[][];
}

interface GoldenCounted {
  kind: 'MultinomialNB' | 'ComplementNB' | 'DummyClassifier';
  options: { alpha?: number };
  labels: number[];
  probabilities: number[][];
}

interface GoldenMetrics extends Record<string, unknown> {
  classes: string[];
  truth: string[];
  probabilities: number[][];
}

/** Rows, and the figures of those with the same value, or in the same quarter by their number. */
interface GoldenSlices {
  number: number[];
  value: string[];
  truth: number[];
  predicted: number[];
  slices: [
    by: 'quarter' | 'value',
    ...[least: number, greatest: number, value: string | number, rows: number],
    ...[accuracy: number, f1: number, difference: number],
  ][];
}

type Ranges = [first: number, last: number][];

/** Numbers of scikit-learn and tables of Python, made by test/golden/make.py. */
export const golden: {
  made_by: string;
  texts: string[];
  unicode: { version: string; assigned: Ranges; word: Ranges; space: Ranges; lower: Record<string, string> };
  vectorizers: Record<string, GoldenVectorizer>;
  hashers: Record<string, GoldenRows>;
  poolings: GoldenPoolings;
  regressions: Record<string, GoldenRegression>;
  counted: Record<string, GoldenCounted>;
  metrics: GoldenMetrics[];
  folds: { k: number; labels: number[]; counts: number[][] }[];
  temperatures: {
    logits: number[][];
    labels: number[];
    temperature: number;
    log_loss: number;
    first_probabilities: number[][];
  }[];
  /** Rows that one of two models alone is right about, and the p-value of scipy's `binomtest`. */
  mcnemar: [onlyA: number, onlyB: number, p: number][];
  /** 95 % intervals of proportions by scipy. */
  wilson: [hits: number, rows: number, low: number, high: number][];
  slices: GoldenSlices[];
  /** Rows of a class (1) and of others (0) with their scores, and the points of the curves. */
  curves: Record<'truth' | 'scores' | 'fpr' | 'tpr' | 'precision' | 'recall', number[]>[];
} = JSON.parse(readFileSync(new URL('../golden/sklearn.json', import.meta.url), 'utf8'));

/** scikit-learn's keyword arguments as maas's options, on top of its defaults. */
export function fromSklearn(options: Record<string, unknown>): TfidfOptions {
  const { stopWords: _none, ...defaults } = presets.sklearn;
  const named = Object.entries(options).map(([key, value]) => [
    key.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase()),
    key === 'norm' && value === null ? 'none' : value,
  ]);
  return { ...defaults, stopWords: null, ...Object.fromEntries(named) };
}
