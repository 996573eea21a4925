import { MaasError } from '../../errors.js';
import { grouped } from '../../report/format.js';
import type { VerifiedVersion } from '../../tasks/verify.js';
import type { Command } from '../command.js';
import { textTable } from '../terminal.js';

export const modelsVerify: Command = {
  usage: 'verify [model...]',
  summary:
    'whether versions (all, if none is named) are whole and still answer as they did when they were trained',
  examples: [
    ['maas models verify', 'every version in the store; exit code 6 where one is damaged'],
    ['maas models verify reviews@champion', 'one version'],
    ['maas models verify reviews@7 --json', 'each file and each problem'],
  ],
  flags: ['embeddings', 'embeddingCache'],

  async run({ args, values, typed, store, devices, embeddingCache, terminal }) {
    const { verifyModels } = await import('../../tasks/verify.js');
    const result = await verifyModels(
      {
        store,
        models: args[0] as string[],
        devices,
        embeddings: typed.has('embeddings') ? (values.embeddings ?? undefined) : undefined,
        embeddingCache,
      },
      terminal,
    );
    const { versions } = result;
    const damaged = versions.filter(({ ok }) => !ok);
    const { style } = terminal;
    return {
      json: result,
      error:
        damaged.length > 0
          ? new MaasError(
              'artifact',
              `${grouped(damaged.length)} of ${grouped(versions.length)} ${versions.length === 1 ? 'version is' : 'versions are'} damaged: ${damaged.map(nameOf).join(', ')}`,
              { hint: 'restore the files, or train again' },
            )
          : undefined,
      text: [
        textTable(
          style,
          ['version', 'files', 'golden rows', 'largest |Δp|', ''],
          versions.map((each) => [
            nameOf(each),
            `${each.files.filter(({ ok }) => ok).length} of ${each.files.length}`,
            each.golden ? grouped(each.golden.rows) : '–',
            each.golden?.maxAbsDelta?.toExponential(1) ?? '–',
            each.ok ? 'ok' : 'damaged',
          ]),
          [false, true, true, true],
        ),
        ...versions.flatMap((each) =>
          [...each.problems, ...each.notes].map((line) => `${style.bold(nameOf(each))}: ${line}`),
        ),
      ].join('\n'),
    };
  },
};

/** "reviews@3", or the folder of a version that does not say so. */
const nameOf = ({ model, version, path }: VerifiedVersion) => (model === null ? path : `${model}@${version}`);
