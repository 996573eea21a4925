import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MaasError } from '../errors.js';
import type { Pipeline } from '../pipeline.js';
import type { Prediction } from '../predictions.js';
import { goldenTexts } from './golden.js';

/** The file of an export that says what it must answer. */
export const CERTIFICATE = 'certificate.json';

/** Largest difference of a probability that an export may show; float32 arithmetic stays well below it. */
export const TOLERANCE = 1e-5;

/** Golden texts and what the version itself says of them, so that an export can be held to it anywhere. */
export interface Certificate {
  format: 'maas-certificate';
  formatVersion: 1;
  /** The version, as `name@7`. */
  model: string;
  /** Largest difference of a probability that is allowed. */
  tolerance: number;
  labels: string[];
  texts: string[];
  /** Probabilities of each text's classes, in the order of `labels`. */
  scores: number[][];
  /** What the export itself said when it was written, where it was made smaller: it is held to that by `TOLERANCE`. */
  exported?: number[][];
}

/** What a pipeline says of its golden texts. */
export function certify(pipeline: Pipeline, model: string, tolerance: number): Certificate {
  const texts = goldenTexts(pipeline);
  const classes = pipeline.labels.length;
  const probabilities = pipeline.probabilities(texts);
  const scores = texts.map((_, row) => [...probabilities.subarray(row * classes, (row + 1) * classes)]);
  const labels = [...pipeline.labels];
  return { format: 'maas-certificate', formatVersion: 1, model, tolerance, labels, texts, scores };
}

/**
 * The certificate of an export that was made smaller and says this: the tolerance is the largest difference that it shows,
 * rounded up to two digits.
 */
export function certifySmaller(certificate: Certificate, found: readonly Prediction[]): Certificate {
  const delta = largestDelta(certificate, found);
  const digit = 10 ** (Math.floor(Math.log10(delta)) - 1);
  const tolerance =
    delta <= TOLERANCE ? TOLERANCE : Number((Math.ceil(delta / digit) * digit).toPrecision(2));
  const exported = found.map(({ scores }) => certificate.labels.map((label) => scores[label]!));
  return { ...certificate, tolerance, exported };
}

/** Largest difference of a class's probability in any text; NaN where a class or a text is missing. */
export function largestDelta(
  { labels, scores }: Pick<Certificate, 'labels' | 'scores'>,
  found: readonly Prediction[],
): number {
  const deltas = scores.flatMap((row, text) =>
    row.map((p, c) => Math.abs(p - (found[text]?.scores[labels[c]!] ?? Number.NaN))),
  );
  return deltas.reduce((largest, delta) => (delta > largest || Number.isNaN(delta) ? delta : largest), 0);
}

/** The certificate of an export's folder. Throws `artifact` where there is none that an export could be held to. */
export async function readCertificate(folder: string): Promise<Certificate> {
  const path = join(folder, CERTIFICATE);
  const text = await readFile(path, 'utf8').catch((cause) => {
    throw new MaasError('artifact', `${folder} holds no ${CERTIFICATE}, expected an export of maas`, {
      hint: 'export the version again',
      cause,
    });
  });
  const certificate = parsed(text);
  if (certificate?.format !== 'maas-certificate' || certificate.formatVersion !== 1) {
    throw new MaasError('artifact', `${path} is no certificate that this maas knows`);
  }
  if (!isComplete(certificate)) {
    throw new MaasError('artifact', `${path} is damaged: it lacks texts, their scores or the tolerance`, {
      hint: 'export the version again',
    });
  }
  return certificate;
}

function parsed(text: string): Partial<Certificate> | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whether there is something to hold an export to: without texts, or numbers, every export would pass. */
function isComplete(certificate: Partial<Certificate>): certificate is Certificate {
  const { labels, texts, scores, tolerance, exported = scores } = certificate;
  if (!Array.isArray(labels) || !Array.isArray(texts) || texts.length === 0) return false;
  const isTable = (table: unknown) =>
    Array.isArray(table) &&
    table.length === texts.length &&
    table.every((row) => row?.length === labels.length && row.every((p: unknown) => typeof p === 'number'));
  return typeof tolerance === 'number' && isTable(scores) && isTable(exported);
}
