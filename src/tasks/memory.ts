import { freemem } from 'node:os';
import { MaasError } from '../errors.js';
import type { VectorizerKind } from '../features/kinds.js';
import { bytesText } from '../report/format.js';

/** Milliseconds between two looks at the memory, each of which takes the system 50 µs. */
const WATCH_MS = 50;

/** How many bytes a run may take, and whether it still will. */
export class MemoryBudget {
  /** Most bytes that the process may have in memory. */
  readonly limit: number;
  #watched = 0;

  /** `limit` is what is there now if absent; `hint` says what would take less, if that is not another vectorizer. */
  constructor(
    limit?: number,
    private readonly hint = fewerTerms.tfidf,
  ) {
    this.limit = limit ?? process.memoryUsage.rss() + available();
  }

  /** Throws `failed` where the process has taken too many bytes. Looks now and then, however often it is called. */
  watch(what: () => string): void {
    const now = performance.now();
    if (now < this.#watched + WATCH_MS) return;
    this.#watched = now;
    this.require(0, what());
  }

  /** Throws `failed` where these bytes more are too many. `what` says for what they are, and `hint` what would take less. */
  require(more: number, what: string, hint: string = this.hint): void {
    const total = process.memoryUsage.rss() + more;
    if (total <= this.limit) return;
    throw new MaasError(
      'failed',
      `${what} would take about ${bytesText(total)} of memory, and there are ${bytesText(this.limit)}`,
      {
        hint,
        details: { needed: total, limit: this.limit },
      },
    );
  }
}

const rare = 'leave rare terms out with --min-df 2 or more';
const frequent = 'keep the most frequent ones with --max-features';

/** What makes features that take less memory, by vectorizer. */
export const fewerTerms: Record<VectorizerKind, string> = {
  tfidf: `${rare}, ${frequent}, or do without a vocabulary with --vectorizer hashing`,
  hashing: 'take shorter n-grams with --ngram-range, or fewer columns with --n-features',
  fasttext: `${rare}, take shorter n-grams with --word-ngrams and --maxn, or fewer columns with --bucket`,
  embedding: 'keep fewer words with --embedding-words, or use vectors of fewer numbers',
  sequence: `${rare}, ${frequent}, or take less of a text with --max-length`,
  sentence: 'train on fewer rows, or with a model of fewer numbers',
};

/** Bytes that the process may still take, of the machine's or of its container's. */
const available = () => (process as { availableMemory?: () => number }).availableMemory?.() ?? freemem();
