/** Rows of counted terms. Plain data that can be sent from thread to thread. */
export interface CountedRows {
  /** Entries of the rows, some rows to each chunk. */
  chunks: Entries[];
  /** For each row its chunk, where its entries begin in it, and how many there are. */
  rows: { chunk: Uint32Array; offset: Uint32Array; length: Uint32Array };
}

/** Terms, as numbers of their nodes, and how often each is there. */
export interface Entries {
  nodes: Uint32Array;
  counts: Uint32Array;
}

/** Visits the entries of these rows, in order; those of rows that stand one behind the other at once. */
export function visitEntries(
  { chunks, rows }: CountedRows,
  chosen: Uint32Array,
  visit: (entries: Entries, from: number, to: number) => void,
): void {
  for (let i = 0; i < chosen.length; ) {
    const chunk = rows.chunk[chosen[i]!]!;
    const from = rows.offset[chosen[i]!]!;
    let to = from;
    for (; i < chosen.length; i++) {
      const r = chosen[i]!;
      if (rows.chunk[r] !== chunk || rows.offset[r] !== to) break;
      to += rows.length[r]!;
    }
    visit(chunks[chunk]!, from, to);
  }
}
