import Papa from 'papaparse';
import { MaasError } from '../errors.js';
import { type CsvRow, RowParser } from './row-parser.js';
import { openSource, type Source } from './source.js';

/** A table that is being read. */
export interface CsvTable {
  readonly name: string;
  readonly columns: string[];
  /** The rows in order, some at a time. Blank lines are passed over. */
  batches(): AsyncGenerator<CsvRow[]>;
  /** sha256 of the file; complete after the last batch. */
  digest(): string;
  /** Lets go of the file before the last batch. */
  close(): Promise<void>;
}

const delimiters = [',', '\t', ';', '|'];

/** Reads a table with a header line. The delimiter is the one that splits the header best, if none is given. */
export async function openCsv(path: string, options: { delimiter?: string } = {}): Promise<CsvTable> {
  const source = await openSource(path);
  const chunks = source.chunks();
  try {
    return await openTable(source, chunks, options.delimiter);
  } catch (error) {
    await chunks.return(undefined);
    throw error;
  }
}

async function openTable(
  source: Source,
  chunks: AsyncGenerator<string>,
  given: string | undefined,
): Promise<CsvTable> {
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
  const parser = new RowParser(given ?? sniffDelimiter(start, newline), newline);
  let ready = parser.push(start, false);
  let ended = false;
  while (ready.length === 0 && !ended) {
    const next = await chunks.next();
    ended = next.done === true;
    ready = parser.push(next.value ?? '', ended);
  }
  const columns = ready.shift()!.fields.map((name) => name.trim());
  parser.width = columns.length;
  for (const row of ready) parser.check(row);
  return {
    name: source.name,
    columns,
    digest: source.digest,
    close: async () => void (await chunks.return(undefined)),
    async *batches() {
      try {
        if (ready.length > 0) yield ready;
        while (!ended) {
          const next = await chunks.next();
          ended = next.done === true;
          const rows = parser.push(next.value ?? '', ended);
          if (rows.length > 0) yield rows;
        }
      } finally {
        await chunks.return(undefined);
      }
    },
  };
}

function sniffDelimiter(start: string, newline: string): string {
  const text = start.replace(/^[\r\n]+/, '');
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
