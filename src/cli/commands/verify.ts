import type { Command } from '../command.js';
import { checkText } from './export.js';

export const verifyCommand: Command = {
  usage: 'verify <dir>',
  summary: 'run an export in its own runtime and hold it to its certificate',
  examples: [
    ['maas verify dist/model', 'whether it still says what its version said'],
    ['maas verify dist/model --json', 'the same, with the largest difference, as JSON'],
  ],
  flags: [],

  async run({ args, devices, terminal }) {
    const { verifyExport } = await import('../../tasks/verify-export.js');
    const result = await verifyExport({ folder: args[0] as string, devices }, terminal);
    return {
      json: result,
      text: [
        `${terminal.style.bold(result.path)} (${result.model}@${result.version} as ${result.format})`,
        checkText(result.check),
      ].join('\n'),
    };
  },
};
