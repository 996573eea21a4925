import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadRuntime } from '../../src/features/sentence/runtime.js';
import { deviceFolder } from './devices.js';
import { pythonWith } from './python.js';

const python = pythonWith('onnx', 'onnxruntime', 'tokenizers');

/** Why no sentence model can be made and computed with here; nothing where one can. */
export const withoutSentences = ((): string | undefined => {
  if (!python)
    return 'no Python with onnx, onnxruntime and tokenizers, which make the sentence models of the tests';
  try {
    loadRuntime(deviceFolder);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
})();
if (withoutSentences) console.warn(`skipped: sentence embeddings (${withoutSentences})`);

/** What Python's peers make of a text. */
export interface Expected {
  ids: number[];
  embedding: number[];
}

/** Makes small sentence models, whose tokens are learned from the texts, and answers with what the peers make of these. */
export function makeSentenceModels(
  folder: string,
  texts: readonly string[],
): Record<'wordpiece' | 'unigram', { path: string; expected: Expected[] }> {
  const list = join(folder, 'texts.json');
  writeFileSync(list, JSON.stringify(texts));
  const script = fileURLToPath(new URL('../golden/sentence.py', import.meta.url));
  execFileSync(python!, [script, folder, list], { stdio: ['ignore', 'ignore', 'inherit'] });
  const model = (name: string) => ({
    path: join(folder, name),
    expected: JSON.parse(readFileSync(join(folder, name, 'expected.json'), 'utf8')) as Expected[],
  });
  return { wordpiece: model('wordpiece'), unigram: model('unigram') };
}
