import { MaasError } from '../errors.js';
import { classFigures as decidedFigures } from '../metrics/decided-counts.js';
import { metricNames, scoreMetricNames } from '../metrics/evaluation.js';
import type { Slice } from '../metrics/slices.js';
import { listed } from '../report/format.js';

/** Figures of one class that a gate may ask for, and those of them that are resampled. */
const classFigures = [...decidedFigures, 'roc_auc', 'average_precision'] as const;
const resampledClassFigures: readonly string[] = decidedFigures;

const scoreMetrics: readonly string[] = scoreMetricNames;

/** A condition that a version must meet. */
export interface Gate {
  /** As it was given. */
  text: string;
  /** A metric of the evaluation, or a figure of the class `label`; `negative_flips` is the share of rows that go wrong. */
  figure: string;
  label: string | null;
  /** The rows that it is about, where it is not about all: those with a value in a column. */
  slice: SliceName | null;
  operator: '>=' | '>' | '<=' | '<';
  /** Whether `bound` is added to what the champion has. */
  champion: boolean;
  bound: number;
  /** The share of resamples that must meet it, where that is asked for. */
  confidence: number | null;
}

export interface SliceName {
  by: string;
  value: string;
}

/** Figures of a slice that a gate may ask for. */
const sliceFigures = ['accuracy', 'f1_macro', 'difference'] as const satisfies readonly (keyof Slice)[];
export type SliceFigure = (typeof sliceFigures)[number];

export const NEGATIVE_FLIPS = 'negative_flips';

const number = String.raw`[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?\s*%?`;
const pattern = new RegExp(
  String.raw`^\s*(\w+)\s*(?:\((.*)\)|\[([^=\]]+)=(.*)\])?\s*(>=|<=|>|<)\s*(?:(${number})|champion\s*(?:([+-])\s*(${number})\s*)?(?:@\s*(\d+(?:\.\d+)?)\s*%)?)\s*$`,
  's',
);

const gateExamples =
  '"f1_macro >= 0.85", "recall(urgent) >= 0.9", "accuracy[source=web] >= 0.8" or "accuracy >= champion - 0.005 @95%"';

/** Gates as they were given, with `--max-negative-flips` as one of them. Throws `usage` for one that cannot be. */
export function parseGates(texts: readonly string[] = [], maxNegativeFlips?: number): Gate[] {
  const gates = texts.map(parseGate);
  if (maxNegativeFlips === undefined) return gates;
  const flips: Gate = {
    text: `${NEGATIVE_FLIPS} <= ${maxNegativeFlips}`,
    ...{ figure: NEGATIVE_FLIPS, label: null, slice: null, operator: '<=', champion: true },
    ...{ bound: maxNegativeFlips, confidence: null },
  };
  return [...gates, flips];
}

/** Throws `usage` where a gate asks for a class that is not there. */
export function checkGateClasses(gates: readonly Gate[], labels: readonly string[]): void {
  for (const { text, label } of gates) {
    if (label === null || labels.includes(label)) continue;
    throw new MaasError('usage', `the gate "${text}" asks for the class "${label}", which is not there`, {
      hint: `the classes are ${listed(labels, 20)}`,
      details: { classes: labels },
    });
  }
}

/** The slices that these gates are about. */
export const slicesNeeded = (gates: readonly Gate[]): SliceName[] =>
  gates.flatMap(({ slice }) => (slice ? [slice] : []));

/** The slice that a gate is about; undefined where no row is of it. */
export const sliceOf = ({ slice }: Gate, slices: readonly Slice[]): Slice | undefined =>
  slices.find(({ by, value }) => by === slice!.by && value === slice!.value);

/** Why there is no such slice: "of source there are app, web". */
export function slicesText({ slice }: Gate, slices: readonly Slice[]): string {
  const values = slices.filter(({ by }) => by === slice!.by).map(({ value }) => value);
  return `no row is of it; of ${slice!.by} there are ${values.sort().join(', ') || 'none'}`;
}

function parseGate(text: string): Gate {
  const [, figure, given, by, value, operator, own, sign, offset, confidence] = pattern.exec(text) ?? [];
  if (figure === undefined) {
    throw new MaasError('usage', `the gate "${text}" cannot be read, expected one such as ${gateExamples}`);
  }
  const label = given === undefined ? null : unquoted(given);
  const slice = by === undefined ? null : { by: unquoted(by), value: unquoted(value!) };
  const known: readonly string[] = slice ? sliceFigures : label === null ? metricNames : classFigures;
  if (!known.includes(figure)) {
    const names = [
      ...metricNames,
      ...classFigures.map((name) => `${name}(class)`),
      ...sliceFigures.map((name) => `${name}[column=value]`),
    ];
    throw new MaasError(
      'usage',
      `the gate "${text}" asks for "${figure}", which is no metric${slice ? ' of a slice' : label === null ? '' : ' of a class'}`,
      {
        hint: `there are ${names.join(', ')}`,
        details: { metrics: names },
      },
    );
  }
  if (slice && own === undefined) {
    throw new MaasError('usage', `the gate "${text}" holds a slice to the champion, expected a number`);
  }
  const resampled = label === null ? !scoreMetrics.includes(figure) : resampledClassFigures.includes(figure);
  if (confidence !== undefined && !resampled) {
    throw new MaasError(
      'usage',
      `the gate "${text}" asks for an interval of ${figure}, which is not resampled`,
      {
        hint: 'leave out what stands from the "@" on',
      },
    );
  }
  const sure = confidence === undefined ? null : Number(confidence) / 100;
  if (sure !== null && (sure < 0.5 || sure >= 1)) {
    throw new MaasError('usage', `the gate "${text}" asks for ${confidence} %, expected 50 % to below 100 %`);
  }
  return {
    ...{ text, figure, label, slice, operator: operator as Gate['operator'], champion: own === undefined },
    bound: own === undefined ? (sign === '-' ? -1 : 1) * numberOf(offset ?? '0') : numberOf(own),
    confidence: sure,
  };
}

const unquoted = (name: string) => name.trim().replace(/^(["'])(.*)\1$/s, '$2');

const numberOf = (text: string) => (text.endsWith('%') ? Number(text.slice(0, -1)) / 100 : Number(text));
