const QUOTE = 0x22;
const CR = 0x0d;

/**
 * The fields of rows that leave nothing to decide, which nearly all do: each field is without quotes, or stands in
 * quotes from its first unit to its last with the quotes inside doubled. Reading ends at the first row that is not so,
 * or not complete.
 *
 * @param visit gets the fields of each row, where it starts and where the next one does
 * @returns where the first row starts that was not read, and whether it will not be plain whatever follows
 */
export function plainRows(
  text: string,
  start: number,
  delimiter: string,
  newline: '\n' | '\r',
  visit: (fields: string[], from: number, to: number) => void,
): { end: number; odd: boolean } {
  const separator = delimiter.charCodeAt(0);
  const lineEnd = newline.charCodeAt(0);
  if (delimiter.length !== 1) return { end: start, odd: true };
  // where the next ones stand, or behind the text where there is none
  let nextLine = -1;
  let nextDelimiter = -1;
  const find = (what: string, from: number) => {
    const found = text.indexOf(what, from);
    return found < 0 ? text.length : found;
  };
  for (let row = start; ; ) {
    const fields: string[] = [];
    let at = row;
    for (let ended = false; !ended; ) {
      if (text.charCodeAt(at) === QUOTE) {
        const close = closingQuote(text, at + 1);
        let next = close + 1;
        if (lineEnd !== CR && text.charCodeAt(next) === CR) next++;
        const unit = text.charCodeAt(next);
        ended = unit === lineEnd;
        if (!ended && (unit !== separator || next > close + 1)) {
          return { end: row, odd: next < text.length };
        }
        const field = text.slice(at + 1, close);
        fields.push(field.includes('"') ? field.replaceAll('""', '"') : field);
        at = next + 1;
      } else {
        if (nextLine < at) nextLine = find(newline, at);
        if (nextDelimiter < at) nextDelimiter = find(delimiter, at);
        ended = nextLine < nextDelimiter;
        if (!ended && nextDelimiter === text.length) return { end: row, odd: false };
        let end = ended ? nextLine : nextDelimiter;
        const next = end + 1;
        if (ended && lineEnd !== CR && end > at && text.charCodeAt(end - 1) === CR) end--;
        fields.push(text.slice(at, end));
        at = next;
      }
    }
    visit(fields, row, at);
    row = at;
  }
}

/** Where the first quote from `at` on stands that is not doubled; behind the text where there is none. */
function closingQuote(text: string, at: number): number {
  for (let quote = text.indexOf('"', at); quote >= 0; quote = text.indexOf('"', quote + 2)) {
    if (text.charCodeAt(quote + 1) !== QUOTE) return quote;
  }
  return text.length;
}
