import { MaasError } from '../errors.js';
import { storedTerms } from '../features/stored-terms.js';
import type { Terms } from '../features/terms.js';
import { loadPipeline, type Pipeline, type StoredPipelineState } from '../pipeline.js';
import { loadStemmer } from '../text/stemmers.js';
import type { Artifact, ArtifactManifest } from './artifact.js';
import { decodeSafetensors, encodeSafetensors, type Tensor, type TypedArray } from './safetensors.js';

const STATE = 'pipeline.json';
const VOCABULARY = 'vocabulary.json';
const WEIGHTS = 'weights.safetensors';

/**
 * The files of a pipeline's or a dataset's state: its plain data in pipeline.json, the terms of a vocabulary in
 * vocabulary.json, its arrays in weights.safetensors under their path in the state ("classifier.coef").
 */
export function encodeState<S extends object>(state: S): Record<string, string | Uint8Array> {
  const tensors: Record<string, Tensor> = {};
  let vocabulary: string | Uint8Array | undefined;
  const plain = mapLeaves(state, '', (value, path) => {
    if (ArrayBuffer.isView(value)) {
      const data = value as TypedArray;
      tensors[path] = { shape: [data.length], data };
      return { $tensor: path };
    }
    if (path.endsWith('.terms')) {
      vocabulary = (value as Terms).encode();
      return { $file: VOCABULARY };
    }
    return undefined;
  });
  return {
    [STATE]: `${JSON.stringify(plain, null, 2)}\n`,
    ...(vocabulary === undefined ? {} : { [VOCABULARY]: vocabulary }),
    [WEIGHTS]: encodeSafetensors(tensors),
  };
}

/** What `encodeState` was given. */
export async function decodeState<S extends object>(artifact: Artifact<ArtifactManifest>): Promise<S> {
  const json = async (name: string) => JSON.parse((await artifact.read(name)).toString('utf8'));
  const tensors = decodeSafetensors(await artifact.read(WEIGHTS), `${artifact.folder}/${WEIGHTS}`);
  const vocabulary = VOCABULARY in artifact.manifest.files ? await artifact.read(VOCABULARY) : undefined;
  return mapLeaves(await json(STATE), '', (value) => {
    if (typeof value !== 'object' || value === null) return undefined;
    if ('$tensor' in value) {
      return tensors[value.$tensor as string]?.data ?? missing(artifact, value.$tensor as string);
    }
    if ('$file' in value) return vocabulary ? storedTerms(vocabulary) : missing(artifact, VOCABULARY);
    return undefined;
  }) as S;
}

/** Loads the pipeline of a version. */
export async function readPipeline(artifact: Artifact<ArtifactManifest>): Promise<Pipeline> {
  const state = await decodeState<StoredPipelineState>(artifact);
  if (!Array.isArray(state.labels) || !state.vectorizer?.analyzer || !state.classifier?.kind) {
    throw new MaasError(
      'artifact',
      `${artifact.folder}/${STATE} is damaged: it does not describe a pipeline`,
    );
  }
  const { stemmer } = state.vectorizer.analyzer;
  return loadPipeline(state, stemmer ? await loadStemmer(stemmer) : undefined);
}

function missing(artifact: Artifact<ArtifactManifest>, what: string): never {
  throw new MaasError('artifact', `${artifact.folder}/${STATE} names "${what}", which is not there`);
}

/** A copy of plain data in which `replace` may put something else in the place of any value. */
function mapLeaves(
  value: unknown,
  path: string,
  replace: (value: unknown, path: string) => unknown | undefined,
): unknown {
  const replaced = replace(value, path);
  if (replaced !== undefined) return replaced;
  if (typeof value !== 'object' || value === null) return value;
  const mapped = (key: string | number, inner: unknown) =>
    mapLeaves(inner, path ? `${path}.${key}` : String(key), replace);
  if (Array.isArray(value)) return value.map((inner, i) => mapped(i, inner));
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, mapped(key, inner)]));
}
