import { countingThreads } from '../features/counting-thread.js';
import { scoringThreads } from '../tasks/scoring-thread.js';
import { areWorthAThread } from '../threads/ahead.js';
import { version } from '../version.js';

/** The threads that commands need when they have much to read. */
const threadsOf = {
  predict: scoringThreads,
  evaluate: scoringThreads,
  train: countingThreads,
  preprocess: countingThreads,
};

/** Runs maas with these arguments and answers with the exit code. */
export async function run(argv: readonly string[]): Promise<number> {
  if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
    process.stdout.write(`${version}\n`);
    return 0;
  }
  const ahead = threadsOf[argv[0] as keyof typeof threadsOf];
  const alone = /(^| )--threads[ =]1( |$)/.test(argv.join(' '));
  if (ahead && !alone && areWorthAThread(argv)) ahead.begin();
  const [{ execute }, { commands }] = await Promise.all([
    import('./program.js'),
    import('./commands/index.js'),
  ]);
  return execute(argv, commands);
}
