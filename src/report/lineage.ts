import type { EmbeddingReport } from '../features/embedding-fit.js';
import type { SentenceReport } from '../features/sentence/encoder.js';
import {
  chosenText,
  coverageText,
  deviceText,
  durationText,
  fitText,
  grouped,
  librariesText,
  sentenceText,
  vectorsText,
} from './format.js';
import type { ReportFacts } from './markdown.js';

/** How a version came to be: what, and its value. */
export function lineage(facts: ReportFacts): string[][] {
  const { fit, rows, data } = facts;
  return [
    [
      'rows',
      `${grouped(rows.train)} train, ${grouped(rows.validation)} validation, ${grouped(rows.test)} test`,
    ],
    ['classes', grouped(facts.classes.length)],
    ['features', grouped(facts.features)],
    ...vectorRows(facts.embeddings),
    ...sentenceRows(facts.sentence),
    ['data', data.files.map((file) => `${file.path} (${grouped(file.rows)} rows)`).join(', ')],
    ['data sha256', data.sha256],
    ['fit', fitText(fit)],
    ...(chosenText(fit) ? [['C', chosenText(fit)!]] : []),
    [
      'device',
      [deviceText(facts.device), librariesText(facts.device.libraries)].filter(Boolean).join(' with '),
    ],
    ['seed', String(facts.seed)],
    ['time', durationText(facts.timings.total ?? 0)],
  ];
}

const vectorRows = (embeddings: EmbeddingReport | undefined): string[][] =>
  embeddings
    ? [
        ['word vectors', `${embeddings.path}: ${vectorsText(embeddings)}`],
        ['sha256 of these', embeddings.sha256],
        ['words with a vector', coverageText(embeddings)],
      ]
    : [];

const sentenceRows = (sentence: SentenceReport | undefined): string[][] =>
  sentence
    ? [
        ['sentence model', `${sentence.path}: ${sentenceText(sentence)}`],
        ['sha256 of it', sentence.sha256],
      ]
    : [];
