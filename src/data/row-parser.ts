import Papa from 'papaparse';
import { plainRows } from './plain-rows.js';
import { INVALID } from './source.js';

/** One row of a table. `problem` says why it cannot be trusted; its fields are then the best guess. */
export interface CsvRow {
  /** Where the row starts in the file, from 1; the header is on line 1. */
  line: number;
  fields: string[];
  problem?: string;
}

/** What is wrong with a row of another encoding. */
export const NOT_UTF8 = 'it is not valid UTF-8';

/** A row longer than this (in UTF-16 units) is a quote that nobody closed. */
export const LONGEST_ROW = 1 << 24;

/** How much is parsed at a time: a broken quote is looked for an end in so much text, not in all there is. */
const WINDOW = 1 << 15;

/** What papaparse's core parser hands over for each row; the package exports it, its types do not. */
interface PapaStep {
  data: string[][];
  errors: { code: string }[];
  meta: { cursor: number };
}
interface PapaParser {
  parse(input: string, baseIndex: number, ignoreLastRow: boolean): { errors: { code: string }[] };
  abort(): void;
}
const Parser = (Papa as unknown as { Parser: new (config: object) => PapaParser }).Parser;

/**
 * Reads rows of text as it arrives: those that leave nothing to decide by itself, which takes half the time, the others
 * with papaparse, and adds what that lacks: line numbers, and recovery from broken quotes, which cost their own line
 * and not the rest of the file.
 */
export class RowParser {
  /** Fields that each row must have; 0 until the header is known. */
  width = 0;
  #rest = '';
  #line = 1;
  /** While a row is unfinished, its text is looked at again only once there is so much of it. */
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
    let start = 0;
    let window = WINDOW;
    while (start < this.#rest.length) {
      if (window === WINDOW) {
        const { end, odd } = this.#readPlain(start, rows);
        start = end;
        if (!odd && !last && this.#rest.length - end <= LONGEST_ROW) break;
        if (end === this.#rest.length) break;
      }
      const stop = Math.min(start + window, this.#rest.length);
      const end = this.#parse(start, stop, last && stop === this.#rest.length, rows);
      if (end > start) {
        start = end;
        window = WINDOW;
      } else if (stop < this.#rest.length) {
        window *= 2;
      } else {
        break;
      }
    }
    this.#rest = this.#rest.slice(start);
    this.#patience = this.#rest.length * 2;
    return rows;
  }

  #readPlain(start: number, rows: CsvRow[]) {
    const text = this.#rest;
    return plainRows(text, start, this.delimiter, this.newline, (fields, from, to) =>
      this.#add(rows, fields, text, from, to),
    );
  }

  /** Parses rows from `start` on, as far as they end before `stop`, and answers with the end of the last one. */
  #parse(start: number, stop: number, last: boolean, rows: CsvRow[]): number {
    const text = this.#rest.slice(start, stop);
    let done = 0;
    let broken = false;
    const parser = new Parser({
      delimiter: this.delimiter,
      newline: this.newline,
      step: ({ data, errors, meta }: PapaStep) => {
        if (broken) return;
        if (errors.length > 0) {
          broken = true;
          parser.abort();
          return;
        }
        this.#add(rows, this.#unstripped(data[0]!, text, meta.cursor), text, done, meta.cursor);
        done = meta.cursor;
      },
    });
    const { errors } = parser.parse(text, 0, !last);
    // what papaparse says of a row without an end holds only if more text could not prove it wrong: behind the last
    // quote, the rest of a line end or a delimiter may still come
    const lineIsWhole = text.includes(this.newline, done);
    const proven = errors.length > 0 && (last || (lineIsWhole && !text.trimEnd().endsWith('"')));
    if (broken || proven || (done === 0 && text.length > LONGEST_ROW)) {
      done = this.#addBroken(rows, text, done, errors.length === 0 && !broken);
    }
    return start + done;
  }

  #add(rows: CsvRow[], fields: string[], text: string, from: number, to: number, problem?: string): void {
    const line = this.#line;
    this.#line += countOf(text, this.newline, from, to);
    const blank = fields.length === 1 && /^[\r\n]*$/.test(text.slice(from, Math.min(to, from + 3)));
    if (blank) return;
    const row: CsvRow = problem ? { line, fields, problem } : { line, fields };
    if (this.width > 0) this.check(row);
    rows.push(row);
  }

  /** Takes the one line that a broken quote stands on as it is; parsing goes on behind it. */
  #addBroken(rows: CsvRow[], text: string, from: number, endless: boolean): number {
    const at = text.indexOf(this.newline, from);
    const to = at < 0 ? text.length : at + 1;
    const raw = text.slice(from, at < 0 ? to : at).replace(/\r$/, '');
    // tab-separated files have no quoting by definition: there a stray quote is a character
    const problem =
      this.delimiter === '\t'
        ? undefined
        : endless || !raw.slice(raw.indexOf('"') + 1).includes('"')
          ? 'a quote is opened and never closed'
          : 'a quote inside a quoted field is not doubled';
    this.#add(rows, raw.split(this.delimiter), text, from, to, problem);
    return to;
  }

  /** The fields without the CR of a CRLF line end, where papaparse, told of LF, left it in the last one. */
  #unstripped(fields: string[], text: string, end: number): string[] {
    const last = fields[fields.length - 1]!;
    // where the field was quoted, its text does not stand before the line end as it is
    if (last.endsWith('\r') && text.endsWith('\n', end) && text.startsWith(last, end - 1 - last.length)) {
      fields[fields.length - 1] = last.slice(0, -1);
    }
    return fields;
  }

  /** Marks a row that the header does not fit, or that holds bytes which are not UTF-8; its fields are made to fit. */
  check(row: CsvRow): void {
    const { fields } = row;
    if (fields.length !== this.width) {
      row.problem ??= `it has ${count(fields.length, 'field')}, expected ${this.width}`;
      const kept = Array.from({ length: this.width }, (_, i) => fields[i] ?? '');
      if (fields.length > this.width)
        kept[this.width - 1] = fields.slice(this.width - 1).join(this.delimiter);
      row.fields = kept;
    } else if (!row.problem && fields.some((field) => field.includes(INVALID))) {
      row.problem = NOT_UTF8;
    }
  }
}

const count = (n: number, thing: string) => `${n} ${thing}${n === 1 ? '' : 's'}`;

function countOf(text: string, character: string, from: number, to: number): number {
  let n = 0;
  for (let at = text.indexOf(character, from); at >= 0 && at < to; at = text.indexOf(character, at + 1)) n++;
  return n;
}
