import { bucketsOf, type Subwords } from './subwords.js';
import { VectorTable, type Wanted } from './table.js';
import type { WordVectors } from './vector-file.js';

/**
 * Of vectors that were read those of some words, as if no others had been wanted: those of the first words of the file stay,
 * and of the n-grams those that a word has that stays.
 */
export function keepWords(found: WordVectors, wanted: Wanted): WordVectors {
  const { table, subwords } = found;
  const stays = table.words.map((word, place) => place < table.firsts || wanted.words.has(word));
  const count = stays.reduce((sum, stay) => sum + (stay ? 1 : 0), 0);
  if (count === table.words.length) return found;
  const kept = new VectorTable(table.dim, count, wanted);
  table.words.forEach((word, place) => {
    if (stays[place]) kept.add(word)!.set(table.vector(place));
  });
  return { ...found, table: kept, subwords: subwords && keepBuckets(subwords, kept, wanted) };
}

function keepBuckets(subwords: Subwords, { words, dim }: VectorTable, { first, reserve }: Wanted): Subwords {
  const buckets = bucketsOf(words, first, subwords);
  reserve(4 * dim * buckets.length);
  const vectors = new Float32Array(buckets.length * dim);
  let next = 0;
  subwords.kept.forEach((bucket, place) => {
    if (bucket !== buckets[next]) return;
    vectors.set(subwords.vectors.subarray(place * dim, (place + 1) * dim), dim * next++);
  });
  return { ...subwords, kept: buckets, vectors };
}
