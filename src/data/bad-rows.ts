import { MaasError } from '../errors.js';
import type { Listener } from '../progress.js';

/** A row that cannot be used, and why. */
export interface BadRow {
  file: string;
  line: number;
  problem: string;
}

const REMEMBERED = 100;

/** Reports bad rows, the first hundred of them one by one, or ends the work at the first. */
export class BadRows {
  count = 0;
  /** The first hundred. */
  readonly rows: BadRow[] = [];

  /** @param consequence what becomes of such a row: "the row is left out" */
  constructor(
    private readonly onBadRow: 'skip' | 'fail',
    private readonly consequence: string,
    private readonly listener: Listener,
  ) {}

  /** Throws `data` where bad rows are fatal. */
  add(bad: BadRow): void {
    const sentence = `${bad.file}:${bad.line}: ${bad.problem}`;
    if (this.onBadRow === 'fail') {
      throw new MaasError('data', sentence, {
        hint: 'mend the row, or go on without it with --on-bad-row skip',
        details: { ...bad },
      });
    }
    this.count++;
    if (this.count <= REMEMBERED) {
      this.rows.push(bad);
      this.listener.warn?.(`${sentence}; ${this.consequence}`, bad);
    } else if (this.count === REMEMBERED + 1) {
      this.listener.warn?.(`more than ${REMEMBERED} bad rows; the others are only counted`);
    }
  }
}
