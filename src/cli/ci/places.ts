import type { FlagValues } from '../flags.js';

/** Where what came of a command is written beside stdout. */
export interface CiPlaces {
  /** The folder of the checkout, where messages become annotations of GitHub. */
  annotations?: string | undefined;
  /** Markdown to add to, as GitHub has it. */
  stepSummary?: string | undefined;
  /** Names and values to add to, as GitHub has them. */
  stepOutputs?: string | undefined;
  /** Markdown, OpenMetrics and JUnit in files of their own. */
  summary?: string | undefined;
  openmetrics?: string | undefined;
  junit?: string | undefined;
  /** Where the run is to be seen, with what was uploaded. */
  run?: string | undefined;
}

/** The file that GitLab is told to read metrics from. */
const GITLAB_METRICS = 'metrics.txt';

/** The places that flags ask for, and those of the CI that the environment, or `--ci`, says it is. */
export function ciPlaces(env: NodeJS.ProcessEnv, values: FlagValues): CiPlaces {
  const { ci, summary, openmetrics, junit } = values;
  const is = (name: typeof ci, mark: string | undefined) =>
    ci === undefined ? mark === 'true' : ci === name;
  const asked = { summary, openmetrics, junit };
  if (is('github', env.GITHUB_ACTIONS)) {
    const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository, GITHUB_RUN_ID: id } = env;
    return {
      ...asked,
      annotations: env.GITHUB_WORKSPACE || process.cwd(),
      stepSummary: env.GITHUB_STEP_SUMMARY || undefined,
      stepOutputs: env.GITHUB_OUTPUT || undefined,
      run: server && repository && id ? `${server}/${repository}/actions/runs/${id}` : undefined,
    };
  }
  if (is('gitlab', env.GITLAB_CI)) {
    return { ...asked, openmetrics: openmetrics ?? GITLAB_METRICS, run: env.CI_JOB_URL || undefined };
  }
  return asked;
}
