/** A table of Markdown. */
export function markdownTable(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.map(cell).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Text that stays inside its cell. */
export const cell = (value: string) => value.replace(/[\\|`*_<>[\]]/g, '\\$&').replace(/\s+/g, ' ');
