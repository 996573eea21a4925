import type { Command } from '../command.js';

export const modelsRemove: Command = {
  usage: 'remove <model...>',
  summary: 'delete versions, which are named by their numbers; no other version is given these',
  examples: [
    ['maas models remove reviews@3', 'one version, which no alias may name'],
    ['maas models remove reviews@1 reviews@2', 'several, or none where one cannot be removed'],
  ],
  flags: [],

  async run({ args, store }) {
    const { removeVersions } = await import('../../tasks/remove.js');
    const removed = await removeVersions(store, args[0] as string[]);
    return {
      json: { removed },
      text: removed.map(({ model, version }) => `${model}@${version} was removed`).join('\n'),
    };
  },
};
