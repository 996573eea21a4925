import { defaultDeviceFolder } from '../compute/index.js';
import { MaasError } from '../errors.js';
import { type SentenceState, SentenceVectorizer } from '../features/sentence.js';
import { storedTerms } from '../features/stored-terms.js';
import type { Terms } from '../features/terms.js';
import type { AnyVectorizerState } from '../features/vectorizer.js';
import { loadClassifier } from '../models/classifier.js';
import { type AnyPipeline, AsyncPipeline, loadPipeline, type StoredPipelineState } from '../pipeline.js';
import type { Thresholds } from '../predictions.js';
import { loadStemmer } from '../text/stemmers.js';
import type { Artifact, ArtifactManifest } from './artifact.js';
import { decodeSafetensors, encodeSafetensors, type Tensor, type TypedArray } from './safetensors.js';
import type { ModelManifest } from './store.js';

const STATE = 'pipeline.json';
const VOCABULARY = 'vocabulary.json';
const WEIGHTS = 'weights.safetensors';

/**
 * The files of a pipeline's or a dataset's state: its plain data in pipeline.json, the terms of a vocabulary in
 * vocabulary.json, its arrays in weights.safetensors under their path in the state ("classifier.coef").
 * @param encoded the terms in JSON, where these have been written already
 */
export function encodeState<S extends object>(
  state: S,
  encoded?: Uint8Array,
): Record<string, string | Uint8Array> {
  const tensors: Record<string, Tensor> = {};
  let vocabulary: Uint8Array | undefined;
  const plain = mapLeaves(state, '', (value, path) => {
    if (ArrayBuffer.isView(value)) {
      const data = value as TypedArray;
      tensors[path] = { shape: [data.length], data };
      return { $tensor: path };
    }
    if (path.endsWith('.terms')) {
      vocabulary = encoded ?? (value as Terms).encode();
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

/** What `encodeState` was given; `termsOf` makes terms of the file of a vocabulary. */
export async function decodeState<S extends object>(
  artifact: Artifact<ArtifactManifest>,
  termsOf: (json: Buffer) => Terms = storedTerms,
): Promise<S> {
  const json = async (name: string) => JSON.parse((await artifact.read(name)).toString('utf8'));
  const tensors = decodeSafetensors(await artifact.read(WEIGHTS), `${artifact.folder}/${WEIGHTS}`);
  const vocabulary = VOCABULARY in artifact.manifest.files ? await artifact.read(VOCABULARY) : undefined;
  return mapLeaves(await json(STATE), '', (value) => {
    if (typeof value !== 'object' || value === null) return undefined;
    if ('$tensor' in value) {
      return tensors[value.$tensor as string]?.data ?? missing(artifact, value.$tensor as string);
    }
    if ('$file' in value) return vocabulary ? termsOf(vocabulary) : missing(artifact, VOCABULARY);
    return undefined;
  }) as S;
}

/** What a pipeline may need that is no part of its version. */
export interface Beside {
  /** Where the model is that embeds the texts; where it was in training if absent. */
  embeddings?: string | undefined;
  /** Where `maas doctor --install` puts libraries; `~/.maas/devices` if absent. */
  devices?: string | undefined;
  /** Where embeddings are kept by content; nowhere if absent. */
  embeddingCache?: string | undefined;
}

/** Loads the pipeline of a version. Throws `artifact`, `device`, and `usage` where it is given what it has no use for. */
export async function readPipeline(
  artifact: Artifact<ModelManifest>,
  beside: Beside = {},
): Promise<AnyPipeline> {
  const state = await decodeState<AnyStoredState>(artifact);
  const { labels, vectorizer, classifier, thresholds } = state;
  if (!Array.isArray(labels) || !vectorizer?.kind || !classifier?.kind) {
    throw new MaasError(
      'artifact',
      `${artifact.folder}/${STATE} is damaged: it does not describe a pipeline`,
    );
  }
  if (vectorizer.kind === 'sentence') {
    const encoder = await encoderOf(artifact, vectorizer, beside);
    const opened = new SentenceVectorizer(vectorizer, async () => encoder);
    return new AsyncPipeline(labels, opened, loadClassifier(classifier), thresholds);
  }
  if (beside.embeddings !== undefined) {
    throw new MaasError(
      'usage',
      `the vectorizer "${vectorizer.kind}" of ${artifact.folder} asks no model, expected no --embeddings`,
    );
  }
  const { stemmer } = vectorizer.analyzer;
  const stem = stemmer ? await loadStemmer(stemmer) : undefined;
  return loadPipeline(state as StoredPipelineState, stem);
}

/** What a version decides by beyond the highest probability, without the rest of its pipeline. */
export async function readThresholds(artifact: Artifact<ModelManifest>): Promise<Thresholds | undefined> {
  return JSON.parse((await artifact.read(STATE)).toString('utf8')).thresholds;
}

/** The state of a pipeline of any kind. */
type AnyStoredState = Omit<StoredPipelineState, 'vectorizer'> & { vectorizer: AnyVectorizerState };

/** Opens the model that embeds the texts of a version, where it is said to be. */
async function encoderOf(
  { folder, manifest }: Artifact<ModelManifest>,
  state: SentenceState,
  { embeddings = manifest.sentence?.path, devices = defaultDeviceFolder(), embeddingCache }: Beside,
) {
  if (embeddings === undefined) {
    throw new MaasError('artifact', `${folder} does not say where the model is that embeds its texts`);
  }
  const { reopenEncoder } = await import('../features/sentence/reopen.js');
  const { EmbeddingFiles } = await import('./embedding-cache.js');
  const cache = embeddingCache === undefined ? undefined : new EmbeddingFiles(embeddingCache);
  return reopenEncoder(state, embeddings, { devices, cache });
}

function missing(artifact: Artifact<ArtifactManifest>, what: string): never {
  throw new MaasError('artifact', `${artifact.folder}/${STATE} names "${what}", which is not there`);
}

/** A copy of plain data in which `replace` may put something else in the place of any value. */
export function mapLeaves(
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
