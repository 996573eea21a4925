import { MaasError } from '../errors.js';

/** In how many rows the terms of a vocabulary are. */
export interface RowLimits {
  /**
   * Terms in fewer rows than this are left out: a count (1, 2, …), or a proportion of the rows (0 < p < 1). `auto` leaves none
   * out, and of sequences those of a single row where others are left.
   */
  minDf: number | 'auto';
  /** Terms in more rows than this are left out: a count (2, 3, …), or a proportion of the rows (0 < p ≤ 1). */
  maxDf: number;
}

/** Which terms a vocabulary holds. */
export interface VocabularyOptions extends RowLimits {
  /** Keep only so many terms, the most frequent ones; null keeps all. Ties keep the term that sorts first. */
  maxFeatures: number | null;
}

/** In how many of so many rows a term must be at the least and at the most. Throws `usage` where that leaves none. */
export function keptRows({ minDf, maxDf }: RowLimits, rows: number): { atLeast: number; atMost: number } {
  const least = minDf === 'auto' ? 1 : minDf;
  const atLeast = Math.max(1, least < 1 ? least * rows : least);
  const atMost = maxDf <= 1 ? maxDf * rows : maxDf;
  if (atMost >= atLeast) return { atLeast, atMost };
  throw new MaasError(
    'usage',
    `--max-df ${maxDf} leaves out what --min-df ${minDf} asks for, on ${rows} rows`,
  );
}

/** Why no term is kept; `any`: there were some. `others` says which terms such texts may have. */
export function noTerms(
  any: boolean,
  { minDf, maxDf }: RowLimits,
  others = 'use --analyzer char',
): MaasError {
  return any
    ? new MaasError('data', `none of the terms is left between --min-df ${minDf} and --max-df ${maxDf}`, {
        hint: 'lower --min-df or raise --max-df',
      })
    : new MaasError('data', 'no text holds a single term', {
        hint: `look at the text column, or ${others}`,
      });
}
