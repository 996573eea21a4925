import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { MaasError } from '../../errors.js';
import { sha256 } from '../../store/artifact.js';
import type { ExportFormat } from '../formats.js';
import { textWeights } from '../onnx/expressible.js';
import { columnOf, textModel } from '../onnx/model.js';
import { labelledPredictions, loadOnnxRuntime } from '../onnx/runtime.js';

/** What MLflow needs to run the graph; ONNX's and ONNX Runtime's first versions that know its operators. */
const requirements = ['mlflow', 'onnx>=1.15', 'onnxruntime>=1.17'];
const PYTHON = '3.11.7';

/** A model of MLflow's flavor onnx: a column of texts in, a column of labels and one for each class out. */
export const mlflow: ExportFormat = {
  thresholds: true,
  options: [],

  async files(pipeline, name) {
    const state = pipeline.state();
    const found = textWeights(state);
    if ('reason' in found) {
      throw new MaasError('usage', `the model cannot take texts in ONNX: ${found.reason}`, {
        hint: 'use --format onnx, whose graph takes features then, or --format js',
      });
    }
    const model = textModel(state, found.weights, name, { shape: 'column', outputs: 'columns' });
    return {
      MLmodel: stringify(describe(state.labels, model, name), { lineWidth: 0 }),
      'model.onnx': model,
      'labels.json': `${JSON.stringify(state.labels)}\n`,
      'requirements.txt': `${requirements.join('\n')}\n`,
      'conda.yaml': stringify({
        name: 'mlflow-env',
        channels: ['conda-forge'],
        dependencies: [`python=${PYTHON}`, 'pip', { pip: requirements }],
      }),
      'python_env.yaml': stringify({
        python: PYTHON,
        build_dependencies: ['pip', 'setuptools', 'wheel'],
        dependencies: ['-r requirements.txt'],
      }),
    };
  },

  async predict(folder, texts, devices) {
    const { InferenceSession, Tensor } = loadOnnxRuntime(devices);
    const model = await readFile(join(folder, 'model.onnx'));
    const labels = JSON.parse(await readFile(join(folder, 'labels.json'), 'utf8')) as string[];
    const session = await InferenceSession.create(model, { logSeverityLevel: 3 });
    try {
      const found = await session.run({ text: new Tensor('string', texts, [texts.length, 1]) });
      const columns = labels.map((label) => found[columnOf(label)]!.data as Float32Array);
      const rows = texts.flatMap((_, row) => columns.map((column) => column[row]!));
      return labelledPredictions(labels, Float64Array.from(rows), found.label!.data as string[]);
    } finally {
      await session.release();
    }
  },
};

/** The file MLmodel: the flavors, and what columns go in and come out. */
function describe(labels: readonly string[], model: Uint8Array, name: string) {
  const column = (type: string, name: string) => ({ type, name, required: true });
  const outputs = [column('string', 'label'), ...labels.map((label) => column('float', columnOf(label)))];
  return {
    flavors: {
      onnx: {
        code: null,
        data: 'model.onnx',
        onnx_session_options: null,
        onnx_version: '1.15.0',
        providers: ['CPUExecutionProvider'],
      },
      python_function: {
        data: 'model.onnx',
        env: { conda: 'conda.yaml', virtualenv: 'python_env.yaml' },
        loader_module: 'mlflow.onnx',
        python_version: PYTHON,
      },
    },
    metadata: { maas: name },
    model_size_bytes: model.length,
    model_uuid: sha256(model).slice(0, 32),
    signature: {
      inputs: JSON.stringify([column('string', 'text')]),
      outputs: JSON.stringify(outputs),
      params: null,
    },
  };
}
