import Papa from 'papaparse';
import { MaasError } from '../errors.js';
import { INVALID, openSource } from './source.js';

/** One row of a table. `problem` says why it cannot be trusted; its fields are then the best guess. */
export interface CsvRow {
  /** Where the row starts in the file, from 1; the header is on line 1. */
  line: number;
  fields: string[];
  problem?: string;
}

/** A table that is being read. */
export interface CsvTable {
  readonly name: string;
  readonly columns: string[];
  /** The rows in order, some at a time. Blank lines are passed over. */
  batches(): AsyncGenerator<CsvRow[]>;
  /** sha256 of the file; complete after the last batch. */
  digest(): string;
}

/** A row longer than this (in UTF-16 units) is a quote that nobody closed. */
const LONGEST_ROW = 1 << 26;

const delimiters = [',', '\t', ';', '|'];

/** Reads a table with a header line. The delimiter is the one that splits the header best, if none is given. */
export async function openCsv(path: string, options: { delimiter?: string } = {}): Promise<CsvTable> {
  const source = await openSource(path);
  const chunks = source.chunks();
  let start = '';
  while (!/[\r\n]/.test(start.trimStart()) || start.length < 1024) {
    const next = await chunks.next();
    if (next.done) break;
    start += next.value;
  }
  if (start.trim() === '') {
    throw new MaasError('data', `${source.name} is empty, expected a header line and rows`, {
      details: { file: source.name },
    });
  }
  const newline = start.includes('\n') ? '\n' : '\r';
  const delimiter = options.delimiter ?? sniffDelimiter(start, newline);
  const parser = new RowParser(delimiter, newline);
  let ready = parser.push(start, false);
  let ended = false;
  while (ready.length === 0 && !ended) {
    const next = await chunks.next();
    ended = next.done === true;
    ready = parser.push(next.value ?? '', ended);
  }
  const header = ready.shift()!;
  const columns = header.fields.map((name) => name.trim());
  parser.width = columns.length;
  for (const row of ready) parser.check(row);
  return {
    name: source.name,
    columns,
    digest: source.digest,
    async *batches() {
      if (ready.length > 0) yield ready;
      for (; !ended; ) {
        const next = await chunks.next();
        ended = next.done === true;
        const rows = parser.push(next.value ?? '', ended);
        if (rows.length > 0) yield rows;
      }
    },
  };
}

function sniffDelimiter(text: string, newline: string): string {
  let best = '\x1f';
  let most = 1;
  for (const delimiter of delimiters) {
    const { data, errors } = Papa.parse<string[]>(text, { delimiter, newline: newline as '\n', preview: 1 });
    const fields = data[0]?.length ?? 0;
    if (fields > most && !errors.some((error) => error.type === 'Quotes')) {
      best = delimiter;
      most = fields;
    }
  }
  return best;
}

/** What papaparse's core parser hands over for each row; the package exports it, its types do not. */
interface PapaStep {
  data: string[][];
  errors: { code: string }[];
  meta: { cursor: number };
}
interface PapaParser {
  parse(input: string, baseIndex: number, ignoreLastRow: boolean): unknown;
  abort(): void;
}
const Parser = (Papa as unknown as { Parser: new (config: object) => PapaParser }).Parser;

/**
 * Feeds papaparse with text as it arrives, and adds what it lacks: line numbers, and recovery from a quote that is
 * never closed, which costs its own line and not the rest of the file.
 */
class RowParser {
  /** Fields that each row must have; 0 until the header is known. */
  width = 0;
  #rest = '';
  #line = 1;
  /** While a row is unfinished, its text is parsed again only once this long. */
  #patience = 0;

  constructor(
    private readonly delimiter: string,
    private readonly newline: '\n' | '\r',
  ) {}

  /** The rows that are complete once `text` has been read; with `last`, all that remain. */
  push(text: string, last: boolean): CsvRow[] {
    this.#rest += text;
    if (!last && this.#rest.length < this.#patience) return [];
    const rows: CsvRow[] = [];
    while (this.#parse(rows, last)) {}
    this.#patience = this.#rest.length * 2;
    return rows;
  }

  /** Parses what is there. True when a broken quote made it stop early, with the rest yet to be parsed. */
  #parse(rows: CsvRow[], last: boolean): boolean {
    const text = this.#rest;
    const final = last || text.length > LONGEST_ROW;
    let start = 0;
    let again = false;
    if (last && text === '') return false;
    const parser = new Parser({
      delimiter: this.delimiter,
      newline: this.newline,
      step: ({ data, errors, meta }: PapaStep) => {
        if (again) return;
        let end = meta.cursor;
        let fields = data[0]!;
        let problem: string | undefined;
        if (errors.length > 0) {
          const lineEnd = text.indexOf(this.newline, start);
          const next = lineEnd < 0 ? text.length : lineEnd + 1;
          again = next < end;
          end = Math.min(end, next);
          const literal = text.slice(start, lineEnd < 0 ? text.length : lineEnd).split(this.delimiter);
          // tab-separated files have no quoting by definition: there a stray quote is a character
          if (this.delimiter === '\t' || again) fields = literal;
          if (this.delimiter !== '\t') {
            problem = errors.some(({ code }) => code === 'MissingQuotes')
              ? 'a quote is opened and never closed'
              : 'a quote inside a quoted field is not doubled';
          }
        }
        if (text[end - 1] === '\n' && text[end - 2] === '\r') {
          const field = fields[fields.length - 1]!;
          if (field.endsWith('\r')) fields[fields.length - 1] = field.slice(0, -1);
        }
        if (fields.length > 1 || fields[0] !== '') {
          const row: CsvRow = { line: this.#line, fields };
          if (problem) row.problem = problem;
          if (this.width > 0) this.check(row);
          rows.push(row);
        }
        this.#line += countOf(text, this.newline, start, end);
        start = end;
        if (again) parser.abort();
      },
    });
    parser.parse(text, 0, !final);
    this.#rest = text.slice(start);
    return again;
  }

  /** Marks a row that the header does not fit, or that holds bytes which are not UTF-8. */
  check(row: CsvRow): void {
    if (row.problem) return;
    if (row.fields.length !== this.width) {
      row.problem = `it has ${count(row.fields.length, 'field')}, expected ${this.width}`;
    } else if (row.fields.some((field) => field.includes(INVALID))) {
      row.problem = 'it is not valid UTF-8';
    }
  }
}

const count = (n: number, thing: string) => `${n} ${thing}${n === 1 ? '' : 's'}`;

function countOf(text: string, character: string, from: number, to: number): number {
  let n = 0;
  for (let at = text.indexOf(character, from); at >= 0 && at < to; at = text.indexOf(character, at + 1)) n++;
  return n;
}
