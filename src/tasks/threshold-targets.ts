import { MaasError } from '../errors.js';
import type { ClassMetrics } from '../metrics/classification.js';
import { type DecisionMetric, decisionMetrics } from '../metrics/decided-counts.js';
import type { Targets } from '../metrics/thresholds.js';
import { listed } from '../report/format.js';

/** What thresholds are to be tuned for: a floor of a class where there is a bound, else a metric, or the F1 of a class. */
export interface Target {
  /** As it was given. */
  text: string;
  figure: string;
  label: string | null;
  bound: number | null;
}

const pattern = /^\s*(\w+)\s*(?:\((.*)\))?\s*(?:>=\s*(\d+\.?\d*|\.\d+)\s*(%)?)?\s*$/s;

export const targetExamples = '"precision(spam) >= 0.99", "recall(urgent) >= 0.9", "f1(spam)" or f1_macro';

/** Targets as they were given, one of which at the most has no bound; undefined where one cannot be read. */
export function parseTargets(texts: readonly string[]): Target[] | undefined {
  const targets = texts.map(parseTarget);
  const known = targets.filter((target) => target !== undefined);
  const goals = known.filter(({ bound }) => bound === null);
  return known.length === targets.length && known.length > 0 && goals.length <= 1 ? known : undefined;
}

function parseTarget(text: string): Target | undefined {
  const [, figure, given, number, percent] = pattern.exec(text) ?? [];
  if (figure === undefined) return undefined;
  const label = given === undefined ? null : given.trim().replace(/^(["'])(.*)\1$/s, '$2');
  const bound = number === undefined ? null : Number(number) / (percent ? 100 : 1);
  if (bound === null) {
    const possible: readonly string[] = label === null ? decisionMetrics : ['f1'];
    return possible.includes(figure) ? { text, figure, label, bound } : undefined;
  }
  const floors = ['precision', 'recall'].includes(figure) && label !== null;
  return floors && bound > 0 && bound <= 1 ? { text, figure, label, bound } : undefined;
}

/** Targets of these classes. Throws `usage` where one asks for a class that is not there. */
export function targetsOf(targets: readonly Target[], classes: readonly string[]): Targets {
  const numberOf = ({ text, label }: Target) => {
    const number = classes.indexOf(label!);
    if (number >= 0) return number;
    throw new MaasError(
      'usage',
      `--tune-threshold "${text}" asks for the class "${label}", which no training row has`,
      { hint: `the classes are ${listed(classes, 20)}`, details: { classes } },
    );
  };
  const goal = targets.find(({ bound }) => bound === null);
  return {
    floors: targets.flatMap((target) => {
      const { figure, bound } = target;
      if (bound === null) return [];
      return [{ figure: figure as 'precision' | 'recall', class: numberOf(target), bound }];
    }),
    ...(goal && {
      goal:
        goal.label === null
          ? { metric: goal.figure as DecisionMetric }
          : { figure: 'f1' as const, class: numberOf(goal) },
    }),
  };
}

/** Throws `usage` where thresholds are asked for with a class that no training row has. */
export function checkTargets(
  { tuneThreshold }: { tuneThreshold: readonly string[] | null },
  { labels, classes }: { labels: readonly string[]; classes: number },
): void {
  if (tuneThreshold !== null) targetsOf(parseTargets(tuneThreshold)!, labels.slice(0, classes));
}

/** The figure that a target is about, of an evaluation; null where it is undefined. */
export function targetFigure(
  { figure, label }: Target,
  { metrics, perClass }: { metrics: object; perClass: readonly ClassMetrics[] },
): number | null {
  const from = label === null ? metrics : perClass.find((each) => each.label === label);
  return (from as Record<string, number | null> | undefined)?.[figure] ?? null;
}
