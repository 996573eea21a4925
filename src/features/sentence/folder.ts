import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { MaasError } from '../../errors.js';
import { type SentencePooling, sentencePoolings } from './poolings.js';

/** A folder with a sentence model in the layout of Hugging Face, looked at. */
export interface ModelFolder {
  /** Absolute. */
  path: string;
  /** Digest of the files that embeddings depend on, in hex. */
  sha256: string;
  /** The graph. */
  model: string;
  /** tokenizer.json and tokenizer_config.json. */
  tokenizer: object;
  tokenizerConfig: object;
  /** Numbers of an embedding. */
  dim: number;
  pooling: SentencePooling;
  /** Whether embeddings are brought to the length 1. */
  normalize: boolean;
  /** Tokens of a text that the model reads, those that stand around each text included. */
  maxLength: number;
  /** Whether texts are to be lower-cased before. */
  lowercase: boolean;
  /** Whether numbers are rounded by the largest of a batch, so that a batch may hold one text alone. */
  roundsByBatch: boolean;
}

type Json = Record<string, unknown>;

/** Models that count places from behind the padding's on, so that they read that many tokens fewer. */
const offsetPlaces = /roberta|camembert|mpnet/;
/** What tokenizer_config.json gives for no limit is larger. */
const NO_LIMIT = 1e6;

/** Looks at the folder of a sentence model. Throws `data` where it is none, or one that maas cannot compute with. */
export async function openModelFolder(folder: string): Promise<ModelFolder> {
  const path = resolve(folder);
  const read = new Map<string, Buffer>();
  const json = async (name: string): Promise<Json | undefined> => {
    const bytes = await readFile(join(path, name)).catch((cause: NodeJS.ErrnoException) => {
      if (cause.code === 'ENOENT' || cause.code === 'ENOTDIR') return undefined;
      throw new MaasError('data', `${join(path, name)} cannot be read (${cause.code})`, { cause });
    });
    if (!bytes) return undefined;
    read.set(name, bytes);
    try {
      return JSON.parse(bytes.toString('utf8')) as Json;
    } catch (cause) {
      throw new MaasError('data', `${join(path, name)} is not JSON`, { cause });
    }
  };
  const needed = async (name: string) => (await json(name)) ?? missing(path, name);

  const graph = findGraph(path);
  const config = await needed('config.json');
  const tokenizer = await needed('tokenizer.json');
  const tokenizerConfig = (await json('tokenizer_config.json')) ?? {};
  const ofSentences = (await json('sentence_bert_config.json')) ?? {};
  const modules = await json('modules.json');
  const types = Array.isArray(modules) ? modules.map(({ type }) => String(type).split('.').at(-1)!) : [];
  const place = Array.isArray(modules) ? modules[types.indexOf('Pooling')]?.path : '1_Pooling';
  const poolingFile = `${place}/config.json`;
  const pooling = place ? await json(poolingFile) : undefined;
  const unknown = types.find((type) => !['Transformer', 'Pooling', 'Normalize'].includes(type));
  if (unknown) {
    throw new MaasError(
      'data',
      `${path} has a module ${unknown}, expected none but Transformer, Pooling and Normalize`,
    );
  }
  const dim = [config.hidden_size, config.dim, config.d_model].find((n) => Number.isInteger(n));
  if (dim === undefined) throw new MaasError('data', `${join(path, 'config.json')} says no hidden_size`);
  const { sha256, roundsByBatch } = await digest(path, graph, read);
  return {
    path,
    sha256,
    model: join(path, graph),
    tokenizer,
    tokenizerConfig,
    dim: dim as number,
    pooling: pooling ? poolingOf(pooling, join(path, poolingFile)) : 'mean',
    normalize: types.includes('Normalize'),
    maxLength: maxLengthOf(config, tokenizerConfig, ofSentences),
    lowercase: ofSentences.do_lower_case === true,
    roundsByBatch,
  };
}

function findGraph(path: string): string {
  const names = ['onnx/model.onnx', 'model.onnx'];
  return names.find((name) => existsSync(join(path, name))) ?? missing(path, names[0]!);
}

function missing(path: string, name: string): never {
  throw new MaasError('data', `${path} holds no ${name}, expected the folder of a sentence model as ONNX`, {
    hint: 'it holds tokenizer.json, config.json and onnx/model.onnx, as a download from Hugging Face does',
  });
}

/** The one way of pooling that a module's config says. */
function poolingOf(config: Json, file: string): SentencePooling {
  const named = Object.keys(config)
    .filter((key) => key.startsWith('pooling_mode_') && config[key] === true)
    .map((key) => key.slice('pooling_mode_'.length).replace(/_tokens?$/, ''));
  const modes = named.length > 0 ? named : [config.pooling_mode ?? 'mean'].flat().map(String);
  const known = Object.keys(sentencePoolings) as SentencePooling[];
  const pooling = known.find((name) => name === modes[0]);
  if (pooling && modes.length === 1) return pooling;
  throw new MaasError('data', `${file} pools by ${modes.join(' and ')}, expected one of ${known.join(', ')}`);
}

/** Tokens that a model reads: what is said of sentences, within what the tokenizer and the model hold. */
function maxLengthOf(config: Json, tokenizer: Json, ofSentences: Json): number {
  const places = Number(config.max_position_embeddings);
  const offset = offsetPlaces.test(String(config.model_type)) ? Number(config.pad_token_id ?? 1) + 1 : 0;
  const limits = [places - offset, Number(tokenizer.model_max_length), Number(ofSentences.max_seq_length)];
  const least = Math.min(...limits.filter((limit) => limit > 0 && limit < NO_LIMIT));
  return Number.isFinite(least) ? least : 512;
}

/** The digest of the graph, with what it keeps beside itself, and of the files that were read. */
async function digest(path: string, graph: string, read: ReadonlyMap<string, Buffer>) {
  const hash = createHash('sha256');
  let roundsByBatch = false;
  const parts = [graph, `${graph}_data`].filter((name) => existsSync(join(path, name)));
  for (const name of parts) {
    for await (const piece of createReadStream(join(path, name), { highWaterMark: 1 << 20 })) {
      hash.update(piece as Buffer);
      // the operator's name stands in the graph as it is, once for each product
      roundsByBatch ||= name === graph && (piece as Buffer).includes('DynamicQuantizeLinear');
    }
  }
  for (const [name, bytes] of [...read].sort(([a], [b]) => (a < b ? -1 : 1))) {
    hash.update(`\n${name} ${bytes.length}\n`).update(bytes);
  }
  return { sha256: hash.digest('hex'), roundsByBatch };
}
