import type { Places } from '../data/places.js';
import { MaasError } from '../errors.js';
import { Store } from '../store/store.js';
import { CHAMPION } from './aliases.js';
import { checkGateClasses, type Gate } from './gate-syntax.js';
import { checkHeldOut } from './same-rows.js';
import type { DecisionSettings } from './settings.js';
import { checkTargets } from './threshold-targets.js';

/** The rows of a training that are read and divided, before anything is made of them. */
export interface DividedRows {
  /** The classes, then labels that only test rows have. */
  labels: readonly string[];
  classes: number;
  files: readonly { sha256: string }[];
  /** Where the rows stand that are held out. */
  test: Places;
}

/** What a training is asked for that its rows may be unable to give. */
export interface Conditions {
  /** Name of the model that is to have the version. */
  model: string;
  gates: readonly Gate[];
  settings: Pick<DecisionSettings, 'tuneThreshold'>;
}

/**
 * Throws what a training would come to know after its end: `usage` where thresholds or gates ask for a class that is not there,
 * `data` where gates have no rows held out to be about, or the champion was tested on others.
 */
export async function checkAsked(store: string, { model, gates, settings }: Conditions, rows: DividedRows) {
  checkTargets(settings, rows);
  checkGateClasses(gates, rows.labels);
  if (gates.length > 0 && rows.test.row.length === 0) {
    throw new MaasError('data', `no rows are held out, which the gate "${gates[0]!.text}" is about`, {
      hint: 'hold some out with --test-size, or give a file with --test',
    });
  }
  if (!gates.some(({ champion }) => champion)) return;
  const opened = new Store(store);
  const { aliases } = await opened.aliases(model).read();
  if (aliases[CHAMPION] === undefined) return;
  await checkHeldOut(await opened.open(`${model}@${CHAMPION}`), rows);
}
