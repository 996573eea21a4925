/** Where each row stands in the files that rows come from, in the order of the rows. */
export interface Places {
  /** Index into the list of files. */
  file: Uint32Array;
  /** Number of the row in its file, from 1. */
  row: Uint32Array;
  /** Line of the file that the row starts on. */
  line: Uint32Array;
}

/** The values at these places. */
export function gathered(values: Uint32Array, places: Uint32Array): Uint32Array {
  const out = new Uint32Array(places.length);
  for (let i = 0; i < places.length; i++) out[i] = values[places[i]!]!;
  return out;
}

/** Where the chosen rows stand. */
export const placesOf = ({ file, row, line }: Places, chosen: Uint32Array): Places => ({
  file: gathered(file, chosen),
  row: gathered(row, chosen),
  line: gathered(line, chosen),
});
