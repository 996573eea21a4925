import { Refusal } from '../refusal.js';
import { textColumn } from './instances.js';

/** The texts of JSON lines: each a text, or an object that holds one as `text`. Blank lines are passed over. Throws a refusal (400). */
export function textsOfLines(body: string): string[] {
  const texts = body.split('\n').flatMap((line, i) => (line.trim() === '' ? [] : [textOfLine(line, i + 1)]));
  if (texts.length === 0) throw new Refusal(400, 'the body is empty, expected a JSON object on each line');
  return texts;
}

function textOfLine(line: string, number: number): string {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new Refusal(400, `line ${number} is not JSON`);
  }
  const text =
    typeof value === 'object' && value !== null && Object.hasOwn(value, 'text')
      ? (value as { text: unknown }).text
      : value;
  if (typeof text !== 'string') throw new Refusal(400, `line ${number} holds no text, expected {"text": …}`);
  return text;
}

/** The texts of a CSV: of its column `text`, or where no header names one, of its only column. Throws a refusal (400). */
export async function textsOfCsv(body: string): Promise<string[]> {
  const { RowParser } = await import('../../data/row-parser.js');
  const [head, ...rows] = new RowParser(',', '\n').push(body, true);
  if (!head) throw new Refusal(400, 'the body is empty, expected rows of texts');
  const problem = [head, ...rows].find((row) => row.problem !== undefined);
  if (problem) throw new Refusal(400, `line ${problem.line} cannot be read: ${problem.problem}`);
  const named = head.fields.includes('text');
  const texts = textColumn(
    named ? head.fields : head.fields.map(() => ''),
    (named ? rows : [head, ...rows]).map(({ fields }) => fields),
  );
  if (texts.length === 0) throw new Refusal(400, 'the CSV has no rows');
  return texts;
}
