/** How far a stage has come; `total` is absent where it cannot be known. */
export interface Step {
  stage: string;
  done?: number;
  total?: number;
  /** What `done` counts: "rows", "iterations". */
  unit?: string;
  /** A figure worth watching, ready to print: "loss 0.3121". */
  note?: string;
}

/** Whom the library tells; it never prints by itself. */
export interface Listener {
  step?(step: Step): void;
  /** Something the user should know although the work goes on: one sentence; `place` where it is about a line of a file. */
  warn?(message: string, place?: { file: string; line: number }): void;
  /** A decision taken for the user: one sentence. */
  info?(message: string): void;
}

/** Lets timers, signals and spinners have a turn during long synchronous work. */
export const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Wall seconds by stage. Stages may be entered several times; their times add up. */
export class Stopwatch {
  readonly #seconds = new Map<string, number>();
  readonly #start = performance.now();

  /** Adds the time that `work` takes to `stage` and returns its result. */
  async time<T>(stage: string, work: () => T | Promise<T>): Promise<T> {
    const from = performance.now();
    try {
      return await work();
    } finally {
      this.#seconds.set(stage, (this.#seconds.get(stage) ?? 0) + (performance.now() - from) / 1000);
    }
  }

  /** Counts some seconds of one stage as another's, where the two ran in turns. */
  move(from: string, to: string, seconds: number): void {
    this.#seconds.set(from, (this.#seconds.get(from) ?? 0) - seconds);
    this.#seconds.set(to, (this.#seconds.get(to) ?? 0) + seconds);
  }

  /** Seconds of each stage asked for (0 where it never ran), and of everything so far as `total`. */
  timings<S extends string>(stages: readonly S[]): Record<S | 'total', number> {
    const entries: [string, number][] = stages.map((stage) => [stage, this.#seconds.get(stage) ?? 0]);
    entries.push(['total', (performance.now() - this.#start) / 1000]);
    return Object.fromEntries(entries.map(([k, v]) => [k, Math.round(v * 1e4) / 1e4])) as Record<
      S | 'total',
      number
    >;
  }
}
