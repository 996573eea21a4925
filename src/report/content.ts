import type { Intervals } from '../metrics/bootstrap.js';
import type { Comparison } from '../metrics/comparison.js';
import type { FullEvaluation } from '../metrics/evaluation.js';
import type { Slices } from '../metrics/slices.js';
import type { Predictions } from '../store/predictions.js';
import type { ClassTerms } from './charts/terms.js';
import type { ConfusedPair } from './confusion.js';
import type { Measured } from './decisions.js';
import type { ReportFacts } from './markdown.js';

/** A gate, and how the version did there. */
export interface ReportedGate {
  gate: string;
  value: number | null;
  threshold: number | null;
  margin: number | null;
  passed: boolean;
  note?: string;
}

/** A row that the version is wrong about and sure of. */
export interface ReportedMistake {
  file: string;
  line: number;
  label: string;
  predicted: string;
  score: number;
  labelScore: number | null;
  text?: string;
}

/** The rows: where they stand, what the version said of them, and what is known of their texts. */
export interface ReportedRows extends Predictions {
  /** Length of each row's text in UTF-16 units; null where texts were not read. */
  lengths: ArrayLike<number> | null;
  /** Rows of the files that could not be read; null where files were not read. */
  skipped: number | null;
}

/** All that a report on an evaluation tells. */
export interface ReportContent {
  version: number;
  facts: ReportFacts & {
    command: readonly string[];
    git: { commit: string } | null;
    /** On the rows that were held out from the training. */
    metrics?: { accuracy: number | null };
  };
  /** Whose rows these are: held out from the training, or of files. */
  data: { kind: 'held-out' } | { kind: 'file'; files: { path: string; sha256: string; rows: number }[] };
  rows: ReportedRows;
  evaluation: FullEvaluation & { intervals: Intervals };
  confusedPairs: readonly ConfusedPair[];
  slices?: Slices | undefined;
  mistakes: readonly ReportedMistake[];
  baselines?: ReportFacts['baselines'] | undefined;
  gates?: readonly ReportedGate[] | undefined;
  /** What its temperature is worth on these rows, and label sets and abstaining where they were asked for. */
  measured?: Measured;
  /** Another version on the same rows: `comparison` says what this one is beside it. */
  champion?: { name: string; comparison: Comparison } | undefined;
  /** The terms of a linear model, by class; nothing where features have no names. */
  terms: readonly ClassTerms[];
}

/** "tickets@1". */
export const nameOf = ({ facts, version }: ReportContent): string => `${facts.model}@${version}`;

/** "its held-out rows", or the files. */
export const rowsText = ({ data }: ReportContent): string =>
  data.kind === 'held-out' ? 'its held-out rows' : data.files.map(({ path }) => path).join(', ');
