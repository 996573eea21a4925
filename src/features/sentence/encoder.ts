import { createHash } from 'node:crypto';
import { MaasError } from '../../errors.js';
import { breathe, type Listener } from '../../progress.js';
import { type ModelFolder, openModelFolder } from './folder.js';
import { type SentencePooling, sentencePoolings, toUnitLength } from './poolings.js';
import { loadRuntime, type OnnxSession, type OnnxTensor, type SentenceRuntime } from './runtime.js';
import { createTokens } from './tokens.js';

/** What model embeds the texts. */
export interface SentenceFacts {
  /** Its folder, and the digest of the files there that embeddings depend on. */
  path: string;
  sha256: string;
  /** Numbers of an embedding. */
  dim: number;
  pooling: SentencePooling;
  normalize: boolean;
  /** Tokens of a text that it reads. */
  maxLength: number;
  libraries: Record<string, string>;
}

/** The same with how many different texts it embedded, and how many were known, where texts were embedded. */
export interface SentenceReport extends SentenceFacts {
  computed?: number;
  cached?: number;
}

/** Where embeddings are kept by content. */
export interface EmbeddingCache {
  /** Tells those of these texts, named by their digests, that are kept for a model: their place in the list, and their rows. */
  find(
    model: string,
    keys: readonly string[],
    found: (place: number, row: Float32Array) => void,
  ): Promise<void>;
  /** Keeps rows [keys, dim]. */
  keep(model: string, keys: readonly string[], rows: Float32Array): Promise<void>;
}

export interface EncoderOptions {
  /** Where the libraries of devices are installed. */
  devices: string;
  threads?: number | undefined;
  cache?: EmbeddingCache | undefined;
}

/** Tokens of a batch; the processor's caches gain nothing from more. */
const BATCH_TOKENS = 512;
/** Texts that are tokenized, embedded and kept at a time. */
const AT_A_TIME = 4096;

/** Embeds texts with a model of sentences. */
export class SentenceEncoder {
  readonly facts: SentenceFacts;
  /** Different texts that were embedded, and that the cache knew. */
  readonly counts = { computed: 0, cached: 0 };
  readonly #tokens: (text: string) => number[];
  #session: Promise<OnnxSession> | undefined;

  private constructor(
    private readonly folder: ModelFolder,
    private readonly runtime: SentenceRuntime,
    private readonly options: EncoderOptions,
  ) {
    const { path, sha256, dim, pooling, normalize, maxLength } = folder;
    this.facts = { path, sha256, dim, pooling, normalize, maxLength, libraries: runtime.libraries };
    this.#tokens = createTokens(runtime.tokenizers, folder);
  }

  /** Throws `device` where the libraries are not there, `data` where the folder holds no model that it can compute with. */
  static async open(path: string, options: EncoderOptions): Promise<SentenceEncoder> {
    const runtime = loadRuntime(options.devices);
    return new SentenceEncoder(await openModelFolder(path), runtime, options);
  }

  /** The embeddings [texts, dim]. A text's numbers do not depend on the others. */
  async embed(texts: readonly string[], listener: Listener = {}): Promise<Float32Array> {
    const { dim } = this.facts;
    listener.step?.({ stage: 'embed' });
    const placeOf = new Map<string, number>();
    for (const text of texts) if (!placeOf.has(text)) placeOf.set(text, placeOf.size);
    const different = [...placeOf.keys()];
    const rows = new Float32Array(different.length * dim);
    for (let from = 0; from < different.length; from += AT_A_TIME) {
      const some = different.slice(from, from + AT_A_TIME);
      const told = (done: number) =>
        listener.step?.({ stage: 'embed', done: from + done, total: different.length, unit: 'texts' });
      await this.#embedSome(some, rows.subarray(from * dim, (from + some.length) * dim), told);
    }
    if (different.length === texts.length) return rows;
    const out = new Float32Array(texts.length * dim);
    texts.forEach((text, r) => {
      const place = placeOf.get(text)! * dim;
      out.set(rows.subarray(place, place + dim), r * dim);
    });
    return out;
  }

  /** Lets go of the memory that the model takes; it is loaded again when there is more to embed. */
  async release(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    await (await session)?.release();
  }

  /** Writes the rows of different texts: those that the cache knows, the others computed and kept there. */
  async #embedSome(texts: readonly string[], rows: Float32Array, told: (done: number) => void) {
    const { dim, sha256 } = this.facts;
    const { cache } = this.options;
    const keys = cache ? texts.map((text) => createHash('sha256').update(text).digest('hex')) : [];
    const known = new Uint8Array(texts.length);
    await cache?.find(sha256, keys, (place, row) => {
      rows.set(row, place * dim);
      known[place] = 1;
    });
    const open = Array.from(texts.keys()).filter((place) => known[place] === 0);
    this.counts.cached += texts.length - open.length;
    if (open.length === 0) return;
    let done = texts.length - open.length;
    for (const places of this.#batches(texts, open)) {
      await this.#run(places, rows);
      done += places.length;
      told(done);
      await breathe();
    }
    this.counts.computed += open.length;
    if (!cache) return;
    const kept = new Float32Array(open.length * dim);
    open.forEach((place, i) => {
      kept.set(rows.subarray(place * dim, (place + 1) * dim), i * dim);
    });
    await cache.keep(
      sha256,
      open.map((place) => keys[place]!),
      kept,
    );
  }

  /** Texts of one number of tokens each, longest first: no batch is padded, so that no text sees another's length. */
  *#batches(texts: readonly string[], open: readonly number[]): Generator<Batch> {
    const byLength = new Map<number, Tokenized[]>();
    for (const place of open) {
      const ids = this.#tokens(texts[place]!);
      const same = byLength.get(ids.length);
      if (same) same.push({ place, ids });
      else byLength.set(ids.length, [{ place, ids }]);
    }
    for (const [length, same] of [...byLength].sort(([a], [b]) => b - a)) {
      const size = this.folder.roundsByBatch ? 1 : Math.max(1, Math.floor(BATCH_TOKENS / length));
      for (let i = 0; i < same.length; i += size) yield same.slice(i, i + size);
    }
  }

  /** Embeds a batch, and writes each row to its place. */
  async #run(batch: Batch, rows: Float32Array): Promise<void> {
    const { path, model, dim, pooling, normalize } = this.folder;
    const length = batch[0]!.ids.length;
    if (length === 0) return;
    this.#session ??= openSession(this.runtime, model, this.options.threads);
    const session = await this.#session;
    const output = outputOf(session, path);
    const { [output]: out } = await session
      .run(feedsFor(this.runtime, session, batch, path), [output])
      .catch((cause: Error) => {
        throw new MaasError('data', `${model} cannot be computed: ${cause.message.split('\n')[0]}`, {
          cause,
        });
      });
    const pooled = out!.dims.length === 2;
    checkOutput(out!, [batch.length, ...(pooled ? [] : [length]), dim], `the output ${output} of ${model}`);
    const numbers = out!.data as Float32Array;
    const sum = new Float64Array(dim);
    batch.forEach(({ place }, i) => {
      sum.fill(0);
      const tokens = pooled ? 1 : length;
      sentencePoolings[pooled ? 'cls' : pooling](numbers, i * tokens * dim, tokens, sum);
      if (normalize) toUnitLength(sum);
      rows.set(sum, place * dim);
    });
  }
}

interface Tokenized {
  /** Of the text among those that are embedded. */
  place: number;
  ids: number[];
}
type Batch = readonly Tokenized[];

function openSession({ onnx }: SentenceRuntime, model: string, threads?: number): Promise<OnnxSession> {
  // warnings of the library would go to stderr
  const options = { logSeverityLevel: 3, ...(threads && { intraOpNumThreads: threads }) };
  return onnx.InferenceSession.create(model, options).catch((cause: Error) => {
    throw new MaasError('data', `${model} cannot be loaded: ${cause.message.split('\n')[0]}`, { cause });
  });
}

/** The output with the tokens' embeddings, else the one with the texts'. */
function outputOf({ outputNames }: OnnxSession, path: string): string {
  const wanted = ['last_hidden_state', 'token_embeddings', 'sentence_embedding'];
  const output = wanted.find((name) => outputNames.includes(name));
  if (output !== undefined) return output;
  throw new MaasError(
    'data',
    `the model in ${path} answers with ${outputNames.join(', ')}, expected one of ${wanted.join(', ')}`,
  );
}

/** What a model may ask for, for a token's number and place. */
const inputs: Record<string, (id: number, at: number) => number> = {
  input_ids: (id) => id,
  attention_mask: () => 1,
  token_type_ids: () => 0,
  position_ids: (_id, at) => at,
};

function feedsFor({ onnx }: SentenceRuntime, session: OnnxSession, batch: Batch, path: string) {
  const length = batch[0]!.ids.length;
  return Object.fromEntries(
    session.inputNames.map((name) => {
      const input = inputs[name];
      if (!input)
        throw new MaasError('data', `the model in ${path} asks for ${name}, which maas does not know`);
      const data = new BigInt64Array(batch.length * length);
      batch.forEach(({ ids }, i) => {
        for (let t = 0; t < length; t++) data[i * length + t] = BigInt(input(ids[t]!, t));
      });
      return [name, new onnx.Tensor('int64', data, [batch.length, length])];
    }),
  );
}

function checkOutput({ type, dims }: OnnxTensor, expected: readonly number[], what: string): void {
  if (type === 'float32' && dims.join() === expected.join()) return;
  throw new MaasError(
    'data',
    `${what} is ${type} [${dims.join(', ')}], expected float32 [${expected.join(', ')}]`,
  );
}
