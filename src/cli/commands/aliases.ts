import type { AliasResult } from '../../tasks/aliases.js';
import type { Command } from '../command.js';
import { textTable } from '../terminal.js';

export const modelsPromote: Command = {
  usage: 'promote <model>',
  summary: 'let an alias, champion if no other is given, name a version',
  examples: [
    ['maas models promote reviews@7', 'reviews@champion is then version 7, in every command'],
    ['maas models promote reviews@7 --as staging --reason "for the trial"', 'another alias, with a reason'],
  ],
  flags: ['as', 'reason'],

  async run({ args, values, store }) {
    const { promoteModel } = await import('../../tasks/aliases.js');
    const { as: alias, reason } = values;
    const result = await promoteModel(store, args[0] as string, { alias, reason });
    return { json: result, text: changedText(result) };
  },
};

export const modelsRollback: Command = {
  usage: 'rollback <name>',
  summary: 'let an alias, champion if no other is given, name the version that it named before',
  examples: [['maas models rollback reviews --reason "wrong on refunds"', 'takes the last promotion back']],
  flags: ['as', 'reason'],

  async run({ args, values, store }) {
    const { rollbackModel } = await import('../../tasks/aliases.js');
    const { as: alias, reason } = values;
    const result = await rollbackModel(store, args[0] as string, { alias, reason });
    return { json: result, text: changedText(result) };
  },
};

export const modelsHistory: Command = {
  usage: 'history <name>',
  summary: "what a model's aliases named, since when, by whom and why",
  examples: [['maas models history reviews', 'every promotion and rollback, oldest first']],
  flags: [],

  async run({ args, store, terminal }) {
    const { modelHistory } = await import('../../tasks/aliases.js');
    const result = await modelHistory(store, args[0] as string);
    const rows = result.history.map(({ at, action, alias, from, version, by, reason }) => [
      at.slice(0, 19).replace('T', ' '),
      action,
      alias,
      from === null ? '–' : String(from),
      String(version),
      by,
      reason ?? '',
    ]);
    return {
      json: result,
      text:
        rows.length === 0
          ? `no version of ${result.model} was promoted`
          : textTable(terminal.style, ['when', 'what', 'alias', 'from', 'to', 'who', 'why'], rows, [
              false,
              false,
              false,
              true,
              true,
            ]),
    };
  },
};

/** "tickets@champion is version 3, before 2". */
function changedText({ model, alias, version, from, changed }: AliasResult): string {
  if (!changed) return `${model}@${alias} is version ${version} already`;
  return `${model}@${alias} is version ${version}${from === null ? '' : `, before ${from}`}`;
}
