import type { EmbeddingReport } from '../features/embedding-fit.js';
import type { SentenceReport } from '../features/sentence/encoder.js';
import type { Metrics } from '../metrics/classification.js';
import type { FitReport } from '../models/fits.js';
import type { AnalyzerName } from '../text/analyzer.js';
import type { NgramRange } from '../text/ngrams.js';

/** A figure for people; an undefined one is a dash. */
export const figure = (value: number | null, digits = 4): string =>
  value === null ? '–' : value.toFixed(digits);

/** 0.0123 → "+0.0123". */
export const signed = (value: number | null, digits = 4): string =>
  value === null ? figure(null) : `${value < 0 ? '−' : '+'}${figure(Math.abs(value), digits)}`;

/** 1234567 → "1,234,567". `Intl` would take 20 ms to load. */
export const grouped = (n: number): string => String(n).replace(/\B(?=(\d{3})+$)/g, ',');

/** 0.9312 → "93.1 %". */
export const percent = (share: number | null): string =>
  share === null ? '–' : `${(100 * share).toFixed(1)} %`;

/** "a, b, c", and how many more there are. */
export const listed = (names: readonly string[], most = 5): string =>
  names.length > most
    ? `${names.slice(0, most).join(', ')} and ${names.length - most} more`
    : names.join(', ');

/** What word vectors there are: "400,000 words of 100 numbers (GloVe text), 28,123 kept (11 MB)". */
export function vectorsText({ words, dim, format, kept, subwords, bytes }: EmbeddingReport): string {
  const ngrams = subwords > 0 ? ` and ${grouped(subwords)} n-grams` : '';
  return `${grouped(words)} words of ${dim} numbers (${format}), ${grouped(kept)}${ngrams} kept (${bytesText(bytes)})`;
}

/** How many words have a vector: "92.1 % of the training rows' words, 98.7 % with repeats; of the test rows' …". */
export function coverageText({ coverage: { train, test } }: EmbeddingReport): string {
  const ofTrain = `${percent(train.words)} of the training rows' words, ${percent(train.tokens)} with repeats`;
  if (test.words === null) return ofTrain;
  return `${ofTrain}; of the test rows' ${percent(test.words)}, ${percent(test.tokens)}`;
}

/** What a model makes of sentences: "384 numbers of the first 256 tokens (mean, length 1), 420 texts embedded". */
export function sentenceText({ dim, maxLength, pooling, normalize, computed, cached = 0 }: SentenceReport) {
  const made = `${dim} numbers of the first ${maxLength} tokens (${pooling}${normalize ? ', length 1' : ''})`;
  if (computed === undefined) return made;
  return `${made}, ${grouped(computed)} texts embedded${cached > 0 ? `, ${grouped(cached)} known from before` : ''}`;
}

/** Seconds with two digits, or minutes. */
export const durationText = (seconds: number): string =>
  seconds < 120 ? `${seconds.toFixed(2)} s` : `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;

/** Bytes in the unit that suits them: "1.2 GB". */
export function bytesText(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  let [value, unit] = [bytes, 0];
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? value : value.toPrecision(value < 100 ? 2 : 3)} ${units[unit]}`;
}

/** What a device is: "webgpu (SwiftShader driver 5.0.0, software)". The processor goes without saying. */
export const deviceText = ({
  name,
  adapter,
  software,
}: {
  name: string;
  adapter: string;
  software: boolean;
}): string => {
  if (name !== 'cuda' && name !== 'webgpu') return name;
  return `${name} (${adapter}${software ? ', software' : ''})`;
};

/** Libraries with their versions: "tfjs 4.22.0, tensorflow 2.21.0". */
export const librariesText = (libraries: Record<string, string>): string =>
  Object.entries(libraries)
    .map((entry) => entry.join(' '))
    .join(', ');

/** How a fit went: "converged after 14 iterations, 25 passes, objective 62159.1527". */
export function fitText(fit: FitReport): string {
  if (fit.solver === 'counting') return 'counted';
  if (fit.solver === 'lbfgs') {
    const converged = fit.converged ? 'converged' : 'not converged';
    return `${converged} after ${fit.iterations} iterations, ${fit.evaluations} passes, objective ${figure(fit.objective)}`;
  }
  const epochs = fit.history.length;
  const ends = { epochs: '', early: ', stopped early', diverged: ', then the loss was no number' };
  const taken = fit.epoch === epochs ? '' : `, the weights of epoch ${fit.epoch}`;
  return `${epochs} ${epochs === 1 ? 'epoch' : 'epochs'} of ${fit.solver}${ends[fit.stopped]}${taken}, loss ${figure(fit.history[fit.epoch - 1]!.loss)}`;
}

/**
 * What was chosen from the data: "words, 1–2-grams; C 30, best of 4 on 1,090 held-out rows"; undefined where nothing was, or
 * nothing that the model looks at.
 */
export function recipeText(
  asked: { analyzer: unknown; ngramRange: unknown; model: string },
  { analyzer, ngramRange: [shortest, longest] }: { analyzer: AnalyzerName; ngramRange: NgramRange },
  fit: FitReport,
): string | undefined {
  if (asked.model === 'majority') return undefined;
  const parts: string[] = [];
  if (asked.analyzer === 'auto' || asked.ngramRange === 'auto') {
    const lengths = shortest === longest ? String(longest) : `${shortest}–${longest}`;
    parts.push(`${termNames[analyzer]}, ${lengths}-grams`);
  }
  const chosen = chosenText(fit);
  if (chosen) parts.push(`C ${chosen}`);
  return parts.length > 0 ? parts.join('; ') : undefined;
}

/** "30, best of 4 on 1,090 held-out rows", where C was left to the data. */
export function chosenText(fit: FitReport): string | undefined {
  if (!('path' in fit) || !fit.path) return undefined;
  const { tried, rows } = fit.path;
  return `${fit.C}, ${tried.length > 0 ? `best of ${tried.length} on ${grouped(rows.held)} held-out rows` : 'as usual'}`;
}

const termNames: Record<AnalyzerName, string> = {
  word: 'words',
  char: 'characters',
  char_wb: 'characters within words',
};

/** "naive Bayes 0.8571, most frequent class 0.2262": the accuracy of what costs nothing. */
export const baselinesText = (baselines: Partial<Record<keyof typeof baselineNames, Metrics>>): string =>
  (['nb', 'majority'] as const)
    .filter((name) => baselines[name])
    .map((name) => `${baselineNames[name]} ${figure(baselines[name]!.accuracy)}`)
    .join(', ');

/** "0.8732–0.8813"; nothing where there is no interval. */
export const intervalText = (interval: readonly [low: number, high: number] | null | undefined): string =>
  interval ? interval.map((bound) => figure(bound)).join('–') : '';

export const baselineNames = { nb: 'naive Bayes', majority: 'most frequent class' } as const;

/** Mean ± standard deviation over folds: "accuracy 0.8929 ± 0.0120, F1 macro …". */
export function foldsText({ mean, std }: Record<'mean' | 'std', Omit<Metrics, 'n'>>): string {
  const names = { accuracy: 'accuracy', f1_macro: 'F1 macro', log_loss: 'log loss' } as const;
  return (Object.keys(names) as (keyof typeof names)[])
    .map((name) => `${names[name]} ${figure(mean[name])} ± ${figure(std[name])}`)
    .join(', ');
}
