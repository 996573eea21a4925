import { version } from '../version.js';

/** Runs maas with these arguments and answers with the exit code. */
export async function run(argv: readonly string[]): Promise<number> {
  if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
    process.stdout.write(`${version}\n`);
    return 0;
  }
  if (argv[0] === 'predict' || argv[0] === 'evaluate') {
    const { startAhead } = await import('../tasks/scoring-thread.js');
    startAhead(argv);
  }
  const { execute } = await import('./program.js');
  return execute(argv);
}
