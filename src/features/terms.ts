/** The terms of a vocabulary by column. Text is made of them only where somebody asks for it. */
export interface Terms {
  readonly length: number;
  list(): readonly string[];
  /** As `list`, for JSON.stringify. */
  toJSON(): readonly string[];
  /** Their JSON, an array of strings, in UTF-8. */
  encode(): Uint8Array;
  /** Their UTF-16 units, one term behind the other, and where each ends. */
  units(): TermUnits;
}

export interface TermUnits {
  units: Uint16Array;
  ends: Uint32Array;
}

/** Terms that are there already. */
export const listedTerms = (list: readonly string[]): Terms => ({
  length: list.length,
  list: () => list,
  toJSON: () => list,
  encode: () => new TextEncoder().encode(JSON.stringify(list)),
  units: () => unitsOf(list),
});

export function unitsOf(texts: readonly string[]): TermUnits {
  const ends = new Uint32Array(texts.length);
  let length = 0;
  for (let i = 0; i < texts.length; i++) {
    length += texts[i]!.length;
    ends[i] = length;
  }
  const units = new Uint16Array(length);
  let at = 0;
  for (const text of texts) for (let u = 0; u < text.length; u++) units[at++] = text.charCodeAt(u);
  return { units, ends };
}
