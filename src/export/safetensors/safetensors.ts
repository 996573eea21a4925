import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MaasError } from '../../errors.js';
import type { Terms } from '../../features/terms.js';
import { loadPipeline, type StoredPipelineState } from '../../pipeline.js';
import {
  decodeSafetensors,
  encodeSafetensors,
  type Tensor,
  type TypedArray,
} from '../../store/safetensors.js';
import { mapLeaves } from '../../store/state-files.js';
import { loadStemmer } from '../../text/stemmers.js';
import { version } from '../../version.js';
import type { ExportFormat } from '../formats.js';
import { shapeOf } from './shapes.js';

const WEIGHTS = 'model.safetensors';
const REST = 'model.json';
const FORMAT = 'maas-weights';

/** The arrays of a model with their shapes, and all else that it is as JSON, in which an array is `{"$tensor": name}`. */
export const safetensors: ExportFormat = {
  thresholds: true,
  options: [],

  async files(pipeline, name) {
    const tensors: Record<string, Tensor> = {};
    const state = pipeline.state();
    const rest = mapLeaves(state, '', (value, path) => {
      if (ArrayBuffer.isView(value)) {
        const data = value as TypedArray;
        tensors[path] = { shape: shapeOf(path, data.length, state), data };
        return { $tensor: path };
      }
      return path.endsWith('.terms') ? (value as Terms).list() : undefined;
    }) as object;
    const about = { format: FORMAT, formatVersion: 1, model: name, tool: { name: 'maas', version } };
    return {
      [WEIGHTS]: encodeSafetensors(tensors, { format: FORMAT, model: name }),
      [REST]: `${JSON.stringify({ ...about, ...rest })}\n`,
    };
  },

  async predict(folder, texts) {
    const path = join(folder, WEIGHTS);
    const tensors = decodeSafetensors(await readFile(path), path);
    const rest = JSON.parse(await readFile(join(folder, REST), 'utf8'));
    const state = mapLeaves(rest, '', (value) => {
      const name = (value as { $tensor?: string } | null)?.$tensor;
      if (name === undefined) return undefined;
      if (!tensors[name]) throw new MaasError('artifact', `${path} lacks the array "${name}"`);
      return tensors[name].data;
    }) as StoredPipelineState;
    const { stemmer } = state.vectorizer.analyzer;
    return loadPipeline(state, stemmer ? await loadStemmer(stemmer) : undefined).predict(texts);
  },
};
