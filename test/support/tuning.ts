import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { maas } from './maas.js';
import { tickets } from './temp.js';

/** A trial as `maas tune --json` tells it. */
export interface Tried {
  trial: number;
  changes: Record<string, unknown>;
  share: number;
  folds: number;
  whole: boolean;
  mean: Record<'accuracy' | 'f1_macro' | 'log_loss', number>;
  std: Record<'accuracy', number>;
  problem: string | null;
  seconds: number;
}

/** What does not depend on the machine. */
export const steady = (trials: Tried[]) => trials.map(({ seconds, ...rest }) => rest);

/** Searches on the sample that is shipped, with versions in a store. */
export function searchesIn(store: string) {
  return {
    store: ['--store', store],
    async tuned(name: string, ...flags: string[]) {
      const ran = await maas(['tune', tickets, '--name', name, ...flags, '--store', store, '--json']);
      expect(ran.code, ran.stderr).toBe(0);
      const result = JSON.parse(ran.stdout);
      const trials: Tried[] = result.tune.trials;
      const { tune, metrics, rows } = result;
      return { tune, metrics, rows, trials, stderr: ran.stderr };
    },
    version: (name: string, file: string) => readFileSync(join(store, 'models', name, '1', file)),
  };
}
