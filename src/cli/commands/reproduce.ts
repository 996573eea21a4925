import type { DeviceChoice } from '../../compute/choices.js';
import { MaasError } from '../../errors.js';
import { durationText } from '../../report/format.js';
import type { ReproduceResult } from '../../tasks/reproduce.js';
import type { Command } from '../command.js';
import type { FlagName } from '../flags.js';
import { type Terminal, textTable } from '../terminal.js';

export const reproduce: Command = {
  usage: 'reproduce [model]',
  summary:
    'train a version again from what it says of itself, and name the first stage that differs, if one does',
  examples: [
    ['maas reproduce reviews@7', '"byte-identical", or exit code 1 and what differs; publishes nothing'],
    ['maas reproduce reviews@7 --data moved/train.csv --test moved/test.csv', 'where the files are now'],
    ['maas reproduce reviews@7 --device wasm', 'on another device than the one that it was trained on'],
  ],
  flags: ['data', 'test', 'embeddings', 'embeddingCache', 'device', 'threads', 'maxMemory', 'keepGoing'],

  async run({ args, values, typed, store, devices, embeddingCache, terminal }) {
    const { reproduceModel } = await import('../../tasks/reproduce.js');
    // what a config file names is for other trainings
    const asked = <F extends FlagName>(flag: F) => (typed.has(flag) ? values[flag] : undefined);
    const result = await reproduceModel(
      {
        store,
        model: args[0] as string | undefined,
        data: asked('data'),
        test: asked('test'),
        embeddings: asked('embeddings') ?? undefined,
        device: asked('device') as DeviceChoice | undefined,
        keepGoing: values.keepGoing,
        threads: values.threads,
        maxMemory: values.maxMemory,
        devices,
        embeddingCache,
      },
      terminal,
    );
    const { model, version, differs, timings } = result;
    return {
      json: result,
      error: differs
        ? new MaasError(
            'failed',
            `${model}@${version} is not reproduced: what differs first is the ${noun[differs]}`,
            {
              details: { stage: differs },
              ...(timings === null && {
                hint: 'name the data that it was trained with, or train on this with --keep-going',
              }),
            },
          )
        : undefined,
      text: reproductionText(result, terminal.style),
    };
  },
};

const noun = {
  data: 'data',
  rows: 'division of the rows',
  vocabulary: 'vocabulary',
  weights: 'weights',
  metrics: 'metrics',
  files: 'bytes of a file',
} as const satisfies Record<NonNullable<ReproduceResult['differs']>, string>;

function reproductionText(result: ReproduceResult, style: Terminal['style']): string {
  const { model, version, stages, identical, differs, timings } = result;
  const again = timings ? `trained again in ${durationText(timings.total ?? 0)}` : 'not trained again';
  return [
    `${style.bold(`${model}@${version}`)} ${again}: ${style.bold(identical ? 'byte-identical' : `differs from the ${differs} on`)}`,
    '',
    textTable(
      style,
      ['stage', '', ''],
      stages.map(({ stage, same, what }) => [stage, same ? 'same' : 'differs', what ?? '']),
      [],
    ),
  ].join('\n');
}
