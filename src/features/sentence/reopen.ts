import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { MaasError } from '../../errors.js';
import type { SentenceState } from '../sentence.js';
import { type EncoderOptions, SentenceEncoder } from './encoder.js';

/** Opens the model that a vectorizer was fitted with, where it stands now. Throws `artifact` where that is another or none, `device`. */
export async function reopenEncoder(
  { sha256 }: SentenceState,
  path: string,
  options: EncoderOptions,
): Promise<SentenceEncoder> {
  const fault = (what: string) =>
    new MaasError('artifact', what, {
      hint: '--embeddings <folder> says where the model is that the version was trained with',
    });
  if (!existsSync(path)) throw fault(`the model in ${resolve(path)} that embeds the texts is not there`);
  const encoder = await SentenceEncoder.open(path, options).catch((error) => {
    throw error instanceof MaasError && error.code === 'data' ? fault(error.message) : error;
  });
  if (encoder.facts.sha256 === sha256) return encoder;
  throw fault(
    `${resolve(path)} holds another model than the version was trained with: its sha256 is ${encoder.facts.sha256}, expected ${sha256}`,
  );
}
