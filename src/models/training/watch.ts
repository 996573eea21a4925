import { MaasError } from '../../errors.js';
import type { Metrics } from '../../metrics/classification.js';
import type { TrainingOptions } from './loop.js';

/** Metrics of the validation rows that can be watched, and which way is better. */
export const monitors = {
  accuracy: 1,
  f1_macro: 1,
  f1_weighted: 1,
  precision_macro: 1,
  recall_macro: 1,
  log_loss: -1,
} as const satisfies Partial<Record<keyof Metrics, 1 | -1>>;

export type Monitor = keyof typeof monitors;
export const monitorNames = Object.keys(monitors) as Monitor[];

/** Epochs without a gain after which the schedule `plateau` halves the learning rate. */
const PLATEAU = 2;

/** Watches a metric of the validation rows from epoch to epoch. */
export class Watch {
  /** Everything it remembers, as plain data. */
  readonly state: {
    best: { epoch: number; value: number } | null;
    last: number | null;
    /** Epochs since the best one, and since the rate was halved. */
    waited: number;
    still: number;
    rateFactor: number;
  };

  constructor(
    private readonly options: Pick<TrainingOptions, 'patience' | 'monitor' | 'schedule'>,
    state?: Watch['state'],
  ) {
    this.state = { ...(state ?? { best: null, last: null, waited: 0, still: 0, rateFactor: 1 }) };
  }

  /** The epoch of the best value, from 1; null where there is none. */
  get bestEpoch(): number | null {
    return this.state.best?.epoch ?? null;
  }

  get rateFactor(): number {
    return this.state.rateFactor;
  }

  /** ", accuracy 0.8812" of the last epoch, where there is one. */
  get note(): string {
    return this.state.last === null ? '' : `, ${this.options.monitor} ${this.state.last.toFixed(4)}`;
  }

  /** Whether an epoch is the best so far, or the last one. */
  look(validation: Metrics | null, epoch: number): 'best' | 'stop' | 'on' {
    const { monitor, patience, schedule } = this.options;
    const { state } = this;
    const needed = patience !== null || schedule === 'plateau';
    if (validation === null) {
      if (!needed) return 'on';
      throw new MaasError('usage', `there are no validation rows to watch the ${monitor} of`, {
        hint: 'set some aside with --validation-size 0.1',
      });
    }
    const value = validation[monitor];
    state.last = value;
    if (value !== null && (state.best === null || monitors[monitor] * (value - state.best.value) > 0)) {
      state.best = { epoch, value };
      state.waited = 0;
      state.still = 0;
      return 'best';
    }
    state.waited++;
    if (schedule === 'plateau' && ++state.still >= PLATEAU) {
      state.rateFactor /= 2;
      state.still = 0;
    }
    return patience !== null && state.waited >= patience ? 'stop' : 'on';
  }
}
