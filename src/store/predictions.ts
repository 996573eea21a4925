import Papa from 'papaparse';
import { csvField } from '../data/csv-text.js';
import { Numbered } from '../data/numbered.js';
import type { Places } from '../data/places.js';
import { MaasError } from '../errors.js';
import { MOST_KEPT, type Outcomes } from '../metrics/outcomes.js';
import { decodeSafetensors, encodeSafetensors } from './safetensors.js';

/** What a version said of held-out rows; a row is named by its place, never by its text. */
export interface Predictions {
  /** Paths of the files that `places` point at. */
  files: readonly string[];
  places: Places;
  outcomes: Outcomes;
}

/** Characters that become bytes at a time, so that what they were made of is soon forgotten. */
const PIECE = 1 << 16;

/** The file of a version that has the probabilities of all classes for its held-out rows. */
export const SCORES = 'scores.safetensors';

const columns = ['file', 'row', 'line', 'label', 'predicted', 'score', 'label_score'];

/** predictions.csv of a version. Probabilities keep all their digits, so that metrics can be made from them again. */
export function encodePredictions({ files, places, outcomes }: Predictions): Uint8Array {
  const { file, row, line } = places;
  const { truth, predicted, score, labelScore } = outcomes;
  const paths = files.map(csvField);
  const labels = outcomes.labels.map(csvField);
  const pieces: Buffer[] = [];
  let csv = `${columns.join()}\n`;
  for (let r = 0; r < row.length; r++) {
    if (csv.length > PIECE) {
      pieces.push(Buffer.from(csv));
      csv = '';
    }
    const sure = String(score[r]);
    // the probability of a hit stands in both columns
    const own = predicted[r] === truth[r] ? sure : Number.isNaN(labelScore[r]!) ? '' : labelScore[r];
    csv += `${paths[file[r]!]},${row[r]},${line[r]},${labels[truth[r]!]},${labels[predicted[r]!]},${sure},${own}\n`;
  }
  return Buffer.concat([...pieces, Buffer.from(csv)]);
}

/** The probabilities of all classes, row-major [rows, classes], in a file of their own; none where they were not kept. */
export function encodeScores({ probabilities, classes, truth }: Outcomes): Record<string, Uint8Array> {
  if (!probabilities || probabilities.length > MOST_KEPT) return {};
  const scores = { shape: [truth.length, classes], data: probabilities };
  return { [SCORES]: encodeSafetensors({ probabilities: scores }) };
}

/**
 * What `encodePredictions` and `encodeScores` were given, for a model that knows these classes. Throws `artifact` for
 * another table, and for predictions of other classes.
 */
export function decodePredictions(
  csv: string,
  name: string,
  classes: readonly string[],
  scores: Uint8Array | null,
): Predictions {
  const { data, errors } = Papa.parse<string[]>(csv, { delimiter: ',', newline: '\n', skipEmptyLines: true });
  const wrong = (found: string) => new MaasError('artifact', `${name} ${found}`);
  if (errors.length > 0 || data[0]?.join() !== columns.join()) {
    throw wrong(`is not a table of predictions, expected the columns ${columns.join(', ')}`);
  }
  const rows = data.slice(1);
  const files = new Numbered();
  const labels = new Numbered(classes);
  const numbers = (column: number) => Uint32Array.from(rows, (fields) => Number(fields[column]));
  const places = {
    file: Uint32Array.from(rows, ([file]) => files.of(file!)),
    row: numbers(1),
    line: numbers(2),
  };
  const truth = Uint32Array.from(rows, ([, , , label]) => labels.of(label!));
  const predicted = Uint32Array.from(rows, ([, , , , label]) => labels.of(label!));
  const stranger = predicted.findIndex((label) => label >= classes.length);
  if (stranger >= 0) throw wrong(`predicts "${rows[stranger]![4]}", which is none of the model's classes`);
  const outcomes = {
    labels: labels.names,
    classes: classes.length,
    truth,
    predicted,
    score: Float64Array.from(rows, (fields) => Number(fields[5])),
    labelScore: Float64Array.from(rows, ({ 6: own }) => (own === '' ? Number.NaN : Number(own))),
    probabilities: scores && scoresOf(scores, rows.length * classes.length, name),
  };
  return { files: files.names, places, outcomes };
}

function scoresOf(bytes: Uint8Array, count: number, beside: string): Float64Array {
  const { probabilities } = decodeSafetensors(bytes, SCORES);
  if (probabilities?.data instanceof Float64Array && probabilities.data.length === count) {
    return probabilities.data;
  }
  throw new MaasError('artifact', `${SCORES} does not go with ${beside}, expected ${count} probabilities`);
}
