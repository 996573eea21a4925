import type { FittedFeatures } from '../features/fits.js';
import type { Listener } from '../progress.js';
import { bytesText, durationText, grouped } from '../report/format.js';
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

/** Non-zeros that are weighed a second. */
const WEIGHED = 2e7;
/** Bytes that a term takes in the vocabulary, the idf and the columns of terms. */
const TERM_BYTES = 40;

/** What a fit takes beside the rows. */
export type FitNeeds = (size: Size) => { bytes: number; seconds: number };

/**
 * Says what a run needs whose terms are counted, where that is much, and refuses what does not fit into memory. `fitNeeds` is
 * absent where nothing will be fitted. Throws `failed`.
 */
export function preflight(
  rows: number,
  size: Size,
  fitNeeds: FitNeeds | undefined,
  budget: MemoryBudget,
  listener: Listener,
): Needs {
  const { features, nonZeros, made } = size;
  const ofFit = fitNeeds?.(size) ?? { bytes: 0, seconds: 0 };
  const more = (made ? 0 : 8 * nonZeros) + ofFit.bytes + TERM_BYTES * features;
  const needs = {
    rows,
    features,
    nonZeros,
    bytes: process.memoryUsage.rss() + more,
    seconds: nonZeros / WEIGHED + ofFit.seconds,
  };
  const what = `${grouped(rows)} rows with ${grouped(features)} features and ${grouped(nonZeros)} non-zeros`;
  budget.require(more, what);
  if (needs.seconds > LONG_SECONDS || needs.bytes > MUCH_BYTES) {
    listener.info?.(
      `${what}: about ${durationText(needs.seconds)} and ${bytesText(needs.bytes)} of ${bytesText(budget.limit)}`,
    );
  }
  return needs;
}
