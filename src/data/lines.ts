import { MaasError } from '../errors.js';
import type { CsvTable } from './csv.js';
import { type CsvRow, LONGEST_ROW, NOT_UTF8 } from './row-parser.js';
import { INVALID, openSource } from './source.js';

/** Reads a file whose lines are texts, without header or quoting, as a table with the only column `text`. */
export async function openLines(path: string): Promise<CsvTable> {
  const source = await openSource(path);
  return {
    name: source.name,
    columns: ['text'],
    digest: source.digest,
    close: async () => {},
    async *batches() {
      let rest = '';
      let line = 0;
      const row = (text: string): CsvRow => ({
        line: ++line,
        fields: [text.endsWith('\r') ? text.slice(0, -1) : text],
        ...(text.includes(INVALID) ? { problem: NOT_UTF8 } : {}),
      });
      for await (const chunk of source.chunks()) {
        const lines = (rest + chunk).split('\n');
        rest = lines.pop()!;
        if (rest.length > LONGEST_ROW) {
          throw new MaasError(
            'data',
            `${source.name}:${line + lines.length + 1}: the line is too long to be a text`,
          );
        }
        if (lines.length > 0) yield lines.map(row);
      }
      if (rest !== '') yield [row(rest)];
    },
  };
}
