import { figure, grouped, signed } from '../../report/format.js';
import type { ExportResult } from '../../tasks/export.js';
import type { ExportCost } from '../../tasks/export-cost.js';
import type { Command } from '../command.js';

export const exportCommand: Command = {
  usage: 'export [model]',
  summary: 'write a version in a deployable form, and check that it predicts the same',
  examples: [
    ['maas export', 'the newest version as one ESM file, in artifacts/exports'],
    ['maas export reviews@3 --format js -o dist/model', 'model.js, for Node, browsers and edge runtimes'],
    ['maas export --format tfjs -o web/model', 'model.json and weights for tfjs-layers'],
    ['maas export --format onnx -o dist/onnx', 'model.onnx, from texts to labels and probabilities'],
    ['maas export --format container -o image', 'a server and all it takes, for docker build'],
    ['maas export --quantize int8 --prune 1MB', 'model.js of at most 1 MB, and what that costs'],
  ],
  flags: ['exportFormat', 'inputs', 'quantize', 'prune', 'data', 'output'],

  async run({ args, values, typed, store, devices, terminal }) {
    const { exportModel } = await import('../../tasks/export.js');
    const result = await exportModel(
      {
        store,
        model: args[0] as string | undefined,
        format: values.exportFormat ?? 'js',
        output: values.output,
        inputs: values.inputs,
        quantize: values.quantize,
        prune: values.prune,
        // of a config file, it is for `evaluate`, too
        data: typed.has('data') || values.quantize || values.prune ? values.data : undefined,
        devices,
      },
      terminal,
    );
    const { check, cost } = result;
    return {
      json: result,
      text: [
        `${terminal.style.bold(result.path)} (${result.model}@${result.version} as ${result.format})`,
        ...sizes(result.files).map(([name, size]) => `  ${name} ${grouped(size)} bytes`),
        checkText(check),
        ...(cost ? costLines(cost) : []),
      ].join('\n'),
    };
  },
};

/** Files and folders at the top of an export, with their sizes in bytes. */
function sizes(files: ExportResult['files']): [name: string, size: number][] {
  const found = new Map<string, number>();
  for (const [path, { size }] of Object.entries(files)) {
    const [name, inside] = path.split('/') as [string, string?];
    const shown = inside === undefined ? name : `${name}/`;
    found.set(shown, (found.get(shown) ?? 0) + size);
  }
  return [...found];
}

/** How an export was held against its version. */
export const checkText = ({ rows, maxAbsDelta, tolerance }: ExportResult['check']): string =>
  maxAbsDelta === null
    ? `${rows} golden rows to check it with, allowed |Δp| ${tolerance}`
    : `checked on ${rows} golden rows: largest |Δp| ${maxAbsDelta.toExponential(1)}, allowed ${tolerance}`;

/** What a smaller export saves, and what it loses. */
function costLines({ bytes, measured, unmeasured }: ExportCost): string[] {
  const lines = [
    `size      ${grouped(bytes.after)} bytes, ${bytes.before === null ? 'too large' : grouped(bytes.before)} as it is`,
  ];
  if (!measured) return [...lines, `accuracy  not measured: ${unmeasured}; --data names labelled rows`];
  const { rows, accuracy, changed, maxAbsDelta } = measured;
  const points = signed(100 * (accuracy.after - accuracy.before), 2);
  return [
    ...lines,
    `accuracy  ${figure(accuracy.after)}, ${figure(accuracy.before)} as it is: ${points} points, on ${grouped(rows)} rows`,
    `answers   ${grouped(changed)} differ, largest |Δp| ${figure(maxAbsDelta)}`,
  ];
}
