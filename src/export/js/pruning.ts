import { MaasError } from '../../errors.js';
import type { PipelineState } from '../../pipeline.js';
import type { Listener } from '../../progress.js';
import type { Pruning } from '../kinds.js';
import { byInfluence, hasFreeColumns, withColumns } from './columns.js';

/** Share of the room for a file that may be left empty. */
const SLACK = 0.002;

/**
 * The module of a pipeline with its terms sorted and front-coded, and with no more of them than `pruning` says, where
 * their order means nothing. Throws `usage` where terms should be left out of something else, and where not even one fits.
 */
export function smallerModule(
  state: PipelineState,
  pruning: Pruning | undefined,
  moduleOf: (state: object) => string,
  listener: Listener,
): string {
  if (!hasFreeColumns(state)) {
    if (!pruning) return moduleOf(state);
    throw new MaasError(
      'usage',
      `--prune leaves terms out of sums, and ${state.classifier.kind} on ${state.vectorizer.kind} has none of these`,
      { hint: 'train with --vectorizer tfidf, or with --model bag' },
    );
  }
  const columns = byInfluence(state);
  const most = columns.length;
  const module = (count: number) => moduleOf(withColumns(state, columns.subarray(0, count)));
  if (!pruning) return module(most);
  const pruned =
    'bytes' in pruning
      ? largestWithin(pruning.bytes, most, module)
      : exactly(Math.min(most, 'terms' in pruning ? pruning.terms : Math.ceil(most * pruning.share)), module);
  listener.info?.(`${pruned.count} of ${most} terms are kept`);
  return pruned.text;
}

const exactly = (count: number, module: (count: number) => string) => ({ count, text: module(count) });

/** The module of as many columns as fit, or almost, by bisection. */
function largestWithin(bytes: number, most: number, module: (count: number) => string) {
  let best: { count: number; text: string } | undefined;
  let over = { count: most + 1, size: Number.POSITIVE_INFINITY };
  for (let count = most; count > (best?.count ?? 0); ) {
    const text = module(count);
    const size = Buffer.byteLength(text);
    if (size > bytes) over = { count, size };
    else {
      best = { count, text };
      if (size > bytes * (1 - SLACK)) break;
    }
    count = Math.floor(((best?.count ?? 0) + over.count) / 2);
  }
  if (best) return best;
  throw new MaasError(
    'usage',
    `a model of one term takes ${over.size} bytes, expected --prune to leave as much`,
  );
}
