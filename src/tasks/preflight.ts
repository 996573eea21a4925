import type { FittedFeatures } from '../features/fits.js';
import type { Listener } from '../progress.js';
import { bytesText, duration, grouped } from '../report/format.js';
import type { MemoryBudget } from './memory.js';

/** What a run will need, as far as counting its terms can tell. */
export interface Needs {
  rows: number;
  features: number;
  /** Of the feature matrices together, at the most. */
  nonZeros: number;
  /** Bytes in memory at the peak. */
  bytes: number;
  /** Seconds until the model is fitted, on the processor. */
  seconds: number;
}

/** How large the features are. */
export interface Size extends Pick<FittedFeatures, 'nonZeros' | 'trainNonZeros' | 'parameters'> {
  features: number;
  /** Whether the matrices are in memory already. */
  made?: boolean;
}

/** Worth a line before the work begins. */
const LONG_SECONDS = 5;
const MUCH_BYTES = 1e9;

/** Passes over the data that a fit takes, as a rule. */
const PASSES = 40;
/** What two cores do a second. */
const RATES = { weighed: 2e7, multiplied: 4e8, vectorElements: 1e8 };
/** Vectors of parameters that a fit holds. */
const VECTORS = 30;
/** Bytes that a term takes in the vocabulary, the idf and the columns of terms. */
const TERM_BYTES = 40;

/**
 * Says what a run needs whose terms are counted, where that is much, and refuses what does not fit into memory.
 * `columns` is how many weights a feature has, 0 where nothing will be fitted. Throws `failed`.
 */
export function preflight(
  rows: number,
  { features, nonZeros, trainNonZeros, parameters, made }: Size,
  columns: number,
  budget: MemoryBudget,
  listener: Listener,
): Needs {
  const forMatrices = made ? 0 : 8 * nonZeros;
  const forFit = columns === 0 ? 0 : 16 * trainNonZeros + 4 * columns * (VECTORS * parameters + 2 * features);
  const more = forMatrices + forFit + TERM_BYTES * features;
  const needs = {
    rows,
    features,
    nonZeros,
    bytes: process.memoryUsage.rss() + more,
    seconds:
      nonZeros / RATES.weighed +
      PASSES *
        ((2 * trainNonZeros * columns) / RATES.multiplied + (parameters * columns) / RATES.vectorElements),
  };
  const what = `${grouped(rows)} rows with ${grouped(features)} features and ${grouped(nonZeros)} non-zeros`;
  budget.require(more, what);
  if (needs.seconds > LONG_SECONDS || needs.bytes > MUCH_BYTES) {
    listener.info?.(
      `${what}: about ${duration(needs.seconds)} and ${bytesText(needs.bytes)} of ${bytesText(budget.limit)}`,
    );
  }
  return needs;
}
