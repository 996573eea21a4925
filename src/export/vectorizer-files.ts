import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { VectorizerState } from '../features/vectorizer.js';
import type { ClassifierState } from '../models/classifier.js';
import { version } from '../version.js';
import { packState, runtimeScript } from './js/pack.js';

const types = `/**
 * Revives the vectorizer from the text of vocabulary.json: a text's row of the model's input, dense. Rows of numbers of
 * terms have lengths of their own; to put several into one tensor, fill them up with 0.
 */
export declare function createVectorizer(vocabularyJson: string): (text: string) => Float32Array;
`;

/** Turns one text into a row of a model's input. */
export type Vectorize = (text: string) => Float32Array;

/** The files beside a model that takes features: code that makes them of texts, and what it learned. */
export async function vectorizerFiles(
  vectorizer: VectorizerState,
  classifier: ClassifierState,
  name: string,
): Promise<Record<string, string>> {
  const { script, stem } = await runtimeScript(vectorizer.analyzer.stemmer);
  return {
    'vocabulary.json': packState(vectorizer),
    'vectorizer.js': [
      `// ${name}, exported by maas ${version}: makes the rows that the model takes from texts.`,
      script.trimEnd(),
      `export const createVectorizer = (json) => maas.createVectorizer(json, ${stem}, ${zerosBehind(classifier)});`,
      '',
    ].join('\n'),
    'vectorizer.d.ts': types,
    'package.json': `${JSON.stringify({ type: 'module' }, null, 2)}\n`,
  };
}

/** The code that such files hold. */
export async function loadVectorize(folder: string): Promise<Vectorize> {
  const file = join(folder, 'vectorizer.js');
  // a module is loaded once, whatever becomes of its file
  const { mtimeMs } = await stat(file);
  const { createVectorizer } = await import(`${pathToFileURL(file).href}?${mtimeMs}`);
  return createVectorizer(await readFile(join(folder, 'vocabulary.json'), 'utf8')) as Vectorize;
}

/** Padding that a row of terms ends with: one at the least, and for convolutions a window of nothing else. */
const zerosBehind = (classifier: ClassifierState): number =>
  classifier.kind === 'cnn' ? Math.max(...classifier.convolutions.map(({ width }) => width)) : 1;
