import Papa from 'papaparse';
import { csvField } from '../data/csv-text.js';
import { MaasError } from '../errors.js';
import type { Outcome } from '../metrics/classification.js';

/** What a version said of one held-out row; the row is named by its place, never by its text. */
export interface RowPrediction extends Outcome {
  file: string;
  row: number;
  line: number;
}

const columns = ['file', 'row', 'line', 'label', 'predicted', 'score', 'label_score'];

/** predictions.csv of a version. Probabilities keep all their digits, so that metrics can be made from them again. */
export function encodePredictions(predictions: readonly RowPrediction[]): string {
  const fields = new Map<string, string>();
  const quoted = (text: string) => {
    let field = fields.get(text);
    if (field === undefined) {
      field = csvField(text);
      fields.set(text, field);
    }
    return field;
  };
  const lines = predictions.map(({ file, row, line, label, predicted, score, labelScore }) =>
    [quoted(file), row, line, quoted(label), quoted(predicted), score, labelScore ?? ''].join(),
  );
  return `${columns.join()}\n${lines.map((line) => `${line}\n`).join('')}`;
}

/** What `encodePredictions` was given. Throws `artifact` for another table. */
export function decodePredictions(csv: string, name: string): RowPrediction[] {
  const { data, errors } = Papa.parse<string[]>(csv, { delimiter: ',', newline: '\n', skipEmptyLines: true });
  if (errors.length > 0 || data[0]?.join() !== columns.join()) {
    throw new MaasError(
      'artifact',
      `${name} is not a table of predictions, expected the columns ${columns.join(', ')}`,
    );
  }
  return data.slice(1).map(([file, row, line, label, predicted, score, labelScore]) => ({
    file: file!,
    row: Number(row),
    line: Number(line),
    label: label!,
    predicted: predicted!,
    score: Number(score),
    labelScore: labelScore === '' ? null : Number(labelScore),
  }));
}
