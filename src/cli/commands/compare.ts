import { answerFlags, answerOptions } from '../answer-flags.js';
import { ciFlags } from '../ci/ci-flags.js';
import type { Command } from '../command.js';
import { comparisonText } from '../comparison.js';

export const modelsCompare: Command = {
  usage: 'compare <a> <b>',
  summary: 'whether version b is better than version a, on the rows held out from both or on a file',
  examples: [
    ['maas models compare reviews@champion reviews', 'the newest version beside the champion'],
    ['maas models compare reviews@3 reviews@7 --data test.csv', 'on labelled rows'],
    ['maas models compare reviews@3 reviews --slice source', 'what turned right or wrong by source, too'],
  ],
  flags: ['slice', ...answerFlags, ...ciFlags],

  async run(input) {
    const { compareModels } = await import('../../tasks/compare.js');
    const [a, b] = input.args as [string, string];
    const { terminal } = input;
    const result = await compareModels(
      { ...answerOptions(input), a, b, slice: input.values.slice },
      terminal,
    );
    return {
      json: result,
      text: comparisonText(result, terminal.style),
      ci: async () => ({ ...result.b, comparison: result }),
    };
  },
};
