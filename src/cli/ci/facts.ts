import type { AliasResult } from '../../tasks/aliases.js';
import type { CompareResult } from '../../tasks/compare.js';
import type { EvaluateResult } from '../../tasks/evaluate.js';
import type { GateResult } from '../../tasks/gate-results.js';

/** What a command found out about a version, for a CI to show. */
export interface CiFacts {
  model: string;
  version: number;
  /** Folder of the version, where it was made just now. */
  path?: string | undefined;
  /** The report to read on. */
  report?: string | undefined;
  seconds?: number | undefined;
  /** Bad rows that were left out. */
  skipped?: number | undefined;
  evaluation?: Pick<
    EvaluateResult,
    'metrics' | 'intervals' | 'baselines' | 'perClass' | 'confusion' | 'data'
  >;
  gates?: readonly GateResult[] | undefined;
  /** The alias that names it now; null where it was to have one and misses a gate. */
  promoted?: AliasResult | null | undefined;
  /** The version beside another: the champion that was, or what it was compared with. */
  comparison?: CompareResult | undefined;
  /** Why there is no comparison with the champion, where there is a champion. */
  notCompared?: string | undefined;
}
