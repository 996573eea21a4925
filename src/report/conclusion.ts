import type { ReportContent } from './content.js';
import { baselineNames, figure, grouped, listed, percent } from './format.js';

/** What a report says first. */
export interface Conclusion {
  tone: 'good' | 'unsure' | 'bad';
  headline: string;
  /** Findings, the most important first. */
  findings: string[];
}

/**
 * What the figures come to, in words. A model is called better than another only where the 95 % interval of its accuracy lies
 * above what the other has on the same rows, or where the comparison of the two says so.
 */
export function conclusionOf(content: ReportContent): Conclusion {
  const { evaluation, gates = [], champion } = content;
  const { n, accuracy } = evaluation.metrics;
  const interval = evaluation.intervals.accuracy;
  const missed = gates.filter(({ passed }) => !passed);
  const standing = besideBaselines(content);
  const range =
    interval && `95 % of resamples of the rows have ${percent(interval[0])} to ${percent(interval[1])}`;
  const findings = [
    ...(accuracy === null || n === 0
      ? []
      : [`Right on ${percent(accuracy)} of ${rows(n)}${range ? `; ${range}` : ''}.`]),
    ...gatesFinding(
      gates.length,
      missed.map(({ gate }) => gate),
    ),
    ...standing.findings,
    ...championFinding(champion),
    ...classFindings(content),
    ...calibrationFinding(content),
    ...(n > 0 && n < 100 ? [`${rows(n)} are few: figures of single classes and slices say little.`] : []),
  ];
  if (missed.length > 0) return { tone: 'bad', headline: 'Misses a gate', findings };
  if (champion?.comparison.verdict === 'regressed')
    return { tone: 'bad', headline: `Worse than ${champion.name}`, findings };
  const headline = gates.length > 0 ? `Meets its gates. ${standing.headline}` : standing.headline;
  return { tone: standing.tone, headline, findings };
}

function besideBaselines({ evaluation, baselines = {}, facts, data }: ReportContent): Conclusion {
  const { accuracy } = evaluation.metrics;
  const interval = evaluation.intervals.accuracy;
  const known = (['nb', 'majority'] as const).flatMap((name) => {
    const value = baselines[name]?.accuracy ?? null;
    return value === null ? [] : [{ name: baselineNames[name], value }];
  });
  if (accuracy === null)
    return { tone: 'unsure', headline: 'Nothing can be said without rows', findings: [] };
  const before = data.kind === 'file' ? (facts.metrics?.accuracy ?? null) : null;
  const most = Math.max(...evaluation.perClass.map(({ support }) => support));
  const findings = [
    ...(before !== null
      ? [`On the rows that were held out from its training it was right on ${percent(before)}.`]
      : []),
    ...(known.length === 0
      ? [`The most frequent class has ${percent(most / evaluation.metrics.n)} of the rows.`]
      : known.map(
          ({ name, value }) =>
            `${points(accuracy - value)} ${accuracy >= value ? 'above' : 'below'} ${name} (${percent(value)})${within(value, interval) ? ', which is within what these rows can tell' : ''}.`,
        )),
  ];
  const best = known.reduce((a, b) => (b.value > a.value ? b : a), { name: '', value: 0 });
  // of files the most frequent class alone is known, which is too low a bar to be praised for
  if (known.length === 0 || (data.kind === 'file' && accuracy > best.value)) {
    return { tone: 'unsure', headline: `Accuracy ${percent(accuracy)}`, findings };
  }
  if (!interval)
    return { tone: 'unsure', headline: `Accuracy ${figure(accuracy)}, without an interval`, findings };
  if (interval[0] > best.value)
    return {
      tone: 'good',
      headline: `Clearly better than ${known.map(({ name }) => name).join(' and ')}`,
      findings,
    };
  if (interval[1] < best.value) return { tone: 'bad', headline: `Worse than ${best.name}`, findings };
  return { tone: 'unsure', headline: `Not clearly better than ${best.name}`, findings };
}

const gatesFinding = (count: number, missed: readonly string[]): string[] => {
  if (count === 0) return [];
  if (count === 1 && missed.length === 1) return [`Its gate is missed: ${missed[0]}.`];
  if (missed.length === 0) return [count === 1 ? 'Its gate is met.' : `All ${count} gates are met.`];
  return [
    `${missed.length} of ${count} gates ${missed.length === 1 ? 'is' : 'are'} missed: ${missed.join('; ')}.`,
  ];
};

function championFinding(champion: ReportContent['champion']): string[] {
  if (!champion) return [];
  const { name, comparison } = champion;
  const { difference, interval, verdict } = comparison.metrics.accuracy;
  const range = interval ? `, ${signedPoints(interval[0])} to ${signedPoints(interval[1])}` : '';
  const words = {
    improved: 'better than',
    same: 'as good as',
    regressed: 'worse than',
    'cannot tell': 'not to be told from',
  }[verdict];
  return [`On the same rows ${words} ${name}: accuracy ${signedPoints(difference ?? 0)}${range}.`];
}

function classFindings({ evaluation, confusedPairs }: ReportContent): string[] {
  const there = evaluation.perClass.filter(({ f1, support }) => f1 !== null && support > 0);
  const weakest = there.reduce((a, b) => (b.f1! < a!.f1! ? b : a), there[0]);
  const [pair] = confusedPairs;
  const absent = evaluation.perClass.filter(({ support }) => support === 0).map(({ label }) => label);
  return [
    ...(weakest && there.length > 1
      ? [
          `Weakest class: ${weakest.label} (F1 ${figure(weakest.f1)}, recall ${figure(weakest.recall)}, ${rows(weakest.support)}).`,
        ]
      : []),
    ...(pair ? [`Most often mistaken: ${pair.label} for ${pair.predicted} (${rows(pair.rows)}).`] : []),
    ...(absent.length > 0
      ? [
          `No row is of ${absent.length === 1 ? absent[0] : `${absent.length} of the classes: ${listed(absent)}`}.`,
        ]
      : []),
  ];
}

function calibrationFinding({ evaluation }: ReportContent): string[] {
  const { accuracy, n, expected_calibration_error: ece } = evaluation.metrics;
  if (accuracy === null || ece === null) return [];
  const sure = evaluation.reliability.reduce((sum, bin) => sum + bin.rows * (bin.confidence ?? 0), 0) / n;
  if (ece < 0.05)
    return [`Its probabilities can be taken at their word (expected calibration error ${figure(ece)}).`];
  const off = sure > accuracy ? 'surer than it is right' : 'right more often than it is sure';
  return [
    `On average it is ${off}: probabilities of ${percent(sure)} for ${percent(accuracy)} right (expected calibration error ${figure(ece)}).`,
  ];
}

const within = (value: number, interval: readonly [number, number] | null) =>
  interval !== null && value >= interval[0] && value <= interval[1];

const rows = (n: number) => `${grouped(n)} ${n === 1 ? 'row' : 'rows'}`;
const points = (difference: number) => `${(100 * Math.abs(difference)).toFixed(1)} points`;
const signedPoints = (difference: number) =>
  `${difference < 0 ? '−' : '+'}${(100 * Math.abs(difference)).toFixed(1)} points`;
