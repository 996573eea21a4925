import { MaasError } from '../errors.js';
import { openVectors } from '../features/vectors/vector-file.js';

/**
 * The numbers of an embedding where they begin with the word vectors of a file: those of a vector.
 *
 * @param asked what was asked for, if anything was
 * Throws `usage` where that is another number, and `data` for a file that holds no vectors.
 */
export async function vectorDim(path: string, asked?: unknown): Promise<number> {
  const { dim } = await openVectors(path);
  if (asked === undefined || Number(asked) === dim) return dim;
  throw new MaasError('usage', `the vectors of ${path} have ${dim} numbers, expected no dim ${asked}`, {
    hint: 'leave --dim out: it follows the vectors',
  });
}
