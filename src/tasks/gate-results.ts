import { percentile } from '../metrics/bootstrap.js';
import type { ClassMetrics } from '../metrics/classification.js';
import { flipsOf } from '../metrics/comparison.js';
import { evaluateFully, type FullEvaluation } from '../metrics/evaluation.js';
import type { Outcomes } from '../metrics/outcomes.js';
import { differences, type Paired } from '../metrics/paired.js';
import type { Slice } from '../metrics/slices.js';
import type { Listener } from '../progress.js';
import type { Artifact } from '../store/artifact.js';
import { type ModelManifest, Store } from '../store/store.js';
import { CHAMPION } from './aliases.js';
import type { AnswerOptions } from './answers.js';
import {
  checkGateClasses,
  type Gate,
  NEGATIVE_FLIPS,
  type SliceFigure,
  sliceOf,
  slicesText,
} from './gate-syntax.js';
import { nameOf, sameRows } from './same-rows.js';

/** How a version did at a gate. */
export interface GateResult {
  gate: string;
  /** Of the version; null where it is undefined, which meets no gate. */
  value: number | null;
  /** What it is held to; null where that is a champion that is not there, or has no such figure. */
  threshold: number | null;
  /** How far it is on the right side, below 0 on the wrong one; with a confidence, by the bound of the difference. */
  margin: number | null;
  passed: boolean;
  /** The champion, where the gate is about it. */
  champion?: string;
  /** The bound of the difference from the champion that holds in the given share of resamples. */
  differenceBound?: number | null;
  /** Why there is no margin. */
  note?: string;
}

/** What is known of a version at its gates. */
export interface GatedVersion {
  version: Artifact<ModelManifest>;
  outcomes: Outcomes;
  evaluation: FullEvaluation;
  /** The files whose rows these are; its held-out rows if absent. */
  files?: readonly string[] | undefined;
  /** What the gates of slices are about. */
  slices?: readonly Slice[] | undefined;
}

/** The champion beside a version, on the same rows. */
interface Beside {
  name: string;
  evaluation: FullEvaluation;
  pairs: Paired;
}

/**
 * Holds a version to gates. One that is about the champion passes while there is none. Throws `usage` for a class that is not
 * there, `data` where the champion does not know the same rows.
 */
export async function holdToGates(
  store: string,
  examined: GatedVersion,
  gates: readonly Gate[],
  options: AnswerOptions,
  listener: Listener,
): Promise<{ gates: GateResult[]; champion: number | null }> {
  checkGateClasses(
    gates,
    examined.evaluation.perClass.map(({ label }) => label),
  );
  const opened = new Store(store);
  const { model } = examined.version.manifest;
  const number = (await opened.aliases(model).read()).aliases[CHAMPION] ?? null;
  const asked = gates.some(({ champion }) => champion) && number !== null;
  const beside = asked
    ? await championBeside(await opened.open(`${model}@${CHAMPION}`), examined, options, listener)
    : undefined;
  return { gates: gates.map((gate) => passage(gate, examined, beside)), champion: number };
}

async function championBeside(
  champion: Artifact<ModelManifest>,
  { version, outcomes, files }: GatedVersion,
  options: AnswerOptions,
  listener: Listener,
): Promise<Beside> {
  const { pairs, outcomes: both } = await sameRows(champion, version, files, options, listener, outcomes);
  return { name: nameOf(champion), evaluation: evaluateFully(both[0]), pairs };
}

/** Rounding aside, which must not decide. */
const EXACT = 1e-12;

function passage(
  gate: Gate,
  { version, evaluation, slices = [] }: GatedVersion,
  beside: Beside | undefined,
): GateResult {
  const { text, operator, champion, bound, confidence } = gate;
  const missing = (value: number | null, note: string, passed = false): GateResult => ({
    ...{ gate: text, value, threshold: null, margin: null, passed },
    ...(beside && champion && { champion: beside.name }),
    note,
  });
  const flips = gate.figure === NEGATIVE_FLIPS;
  if (champion && !beside) {
    const value = flips ? null : figureOf(gate, evaluation);
    return missing(value, `there is no ${version.manifest.model}@${CHAMPION} yet`, true);
  }
  const slice = gate.slice && sliceOf(gate, slices);
  if (slice === undefined) return missing(null, slicesText(gate, slices));
  const value = slice
    ? slice[gate.figure as SliceFigure]
    : flips
      ? negativeFlips(beside!.pairs)
      : figureOf(gate, evaluation);
  if (value === null) return missing(value, 'not defined on these rows');
  const base = champion && !flips ? figureOf(gate, beside!.evaluation) : 0;
  if (base === null) return missing(value, `not defined for ${beside!.name}`);
  const threshold = base + bound;
  const up = operator.startsWith('>');
  let margin = up ? value - threshold : threshold - value;
  let differenceBound: number | undefined;
  if (confidence !== null) {
    const { resampled } = differences(beside!.pairs, (figures) => figureOf(gate, figures));
    if (resampled.some(Number.isNaN)) return missing(value, 'not defined on all resamples of these rows');
    differenceBound = percentile(resampled.sort(), up ? 1 - confidence : confidence);
    margin = up ? differenceBound - bound : bound - differenceBound;
  }
  if (Math.abs(margin) < EXACT) margin = 0;
  return {
    ...{ gate: text, value, threshold, margin, passed: operator.endsWith('=') ? margin >= 0 : margin > 0 },
    ...(champion && { champion: beside!.name }),
    ...(differenceBound !== undefined && { differenceBound }),
  };
}

/** The figure that a gate asks for; null where it is undefined. */
function figureOf(
  { figure, label }: Gate,
  { metrics, perClass }: { metrics: object; perClass: readonly ClassMetrics[] },
): number | null {
  const from = label === null ? metrics : perClass.find((each) => each.label === label);
  return (from as Record<string, number | null> | undefined)?.[figure] ?? null;
}

function negativeFlips(pairs: Paired): number {
  const { flips } = flipsOf(pairs);
  return flips.reduce((sum, { rightToWrong }) => sum + rightToWrong, 0) / pairs.truth.length;
}
