import { escaped } from '../charts/draw.js';

/** Markup that is safe as it is. */
export class Markup {
  constructor(readonly source: string) {}
}

type Part = Markup | string | number | null | undefined | false | readonly Part[];

/** Markup from a template, whose strings are escaped; lists follow one another, what is absent is nothing. */
export const html = (pieces: TemplateStringsArray, ...parts: Part[]): Markup =>
  new Markup(pieces.reduce((all, piece, i) => all + sourceOf(parts[i - 1]) + piece));

function sourceOf(part: Part): string {
  if (part === null || part === undefined || part === false) return '';
  if (part instanceof Markup) return part.source;
  return typeof part === 'object' ? part.map(sourceOf).join('') : escaped(String(part));
}

/** Text of the data, whose script may run from right to left; long names break behind signs between words. */
export const bidi = (text: string): Markup =>
  html`<bdi>${text.split(/(?<=[_/])(?=\w)|(?<=[.:-])(?=[a-z])/i).map((part, i) => (i === 0 ? part : html`<wbr>${part}`))}</bdi>`;

/** A cell; numbers stand on the right, and may be sorted by more digits than they show. */
type Cell = Markup | string | { text: string; sort: number | null };

/** A table with a caption for those who do not see it; the first cell of a row is its head. */
export function htmlTable(
  caption: string,
  head: readonly string[],
  rows: readonly (readonly Cell[])[],
  { numbers = [], sortable = false }: { numbers?: readonly number[]; sortable?: boolean } = {},
): Markup {
  const isNumber = new Set(numbers);
  const kind = (column: number) => isNumber.has(column) && html` class="n"`;
  const cell = (value: Cell, column: number) => {
    const [content, sort] =
      typeof value === 'object' && !(value instanceof Markup)
        ? [value.text, html` data-sort="${value.sort ?? ''}"`]
        : [value, undefined];
    if (column === 0) return html`<th scope="row"${sort}>${content}</th>`;
    return html`<td${kind(column)}${sort}>${content}</td>`;
  };
  return html`<div class="scroll" role="region" aria-label="${caption}" tabindex="0"><table${sortable && html` data-sortable`}><caption>${caption}</caption><thead><tr>${head.map(
    (name, column) => html`<th scope="col"${kind(column)}>${name}</th>`,
  )}</tr></thead><tbody>${rows.map((row) => html`<tr>${row.map(cell)}</tr>\n`)}</tbody></table></div>`;
}

/** Something that is there for those who ask for it. */
export const details = (summary: string, content: Part): Markup =>
  html`<details><summary>${summary}</summary>${content}</details>`;

/** A picture, with what it shows as words or a table behind it. */
export const figureOf = (svg: string, caption: string, behind?: Part): Markup =>
  html`<figure><div class="scroll picture" role="region" aria-label="${caption}" tabindex="0">${new Markup(svg)}</div><figcaption>${caption}</figcaption>${behind}</figure>`;
