/** A field as CSV (RFC 4180): in quotes where it needs them, and where spaces at its ends might be trimmed. */
export const csvField = (text: string): string =>
  /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;

/** A row as a line of CSV. */
export const csvLine = (fields: readonly (string | number)[]): string =>
  `${fields.map((field) => csvField(String(field))).join()}\n`;
