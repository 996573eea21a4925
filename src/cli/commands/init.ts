import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Command } from '../command.js';
import { configNames } from '../config.js';
import type { FoundData } from '../init/find-data.js';

const CONFIG = 'maas.config.yaml';
const SCHEMA = 'maas.schema.json';

export const init: Command = {
  usage: 'init [dir]',
  summary:
    'write a config file with every option, and workflows for GitHub and GitLab that retrain every night',
  examples: [
    ['maas init', 'in this folder; what is there already is left as it is'],
    ['maas init reviews --ci github', 'in another, with the workflow of GitHub alone'],
    ['maas init --force', 'writes anew what is there'],
  ],
  flags: ['force'],

  async run({ args, values, terminal }) {
    const folder = (args[0] as string | undefined) ?? '.';
    const [
      { findData },
      { configTemplate },
      { configOf, workflowFacts },
      { githubWorkflow, gitlabJob, SIGNATURE },
      { configSchema },
      { writeNew },
    ] = await Promise.all([
      import('../init/find-data.js'),
      import('../init/config-template.js'),
      import('../init/workflow-facts.js'),
      import('../init/workflows.js'),
      import('../config-schema.js'),
      import('../init/write-new.js'),
    ]);
    const { others, ...found } = await findData(folder);
    if (found.train === undefined)
      terminal.warn(
        `no CSV file with texts and labels is in ${folder} or its data: name it as \`train\` in ${CONFIG}`,
      );
    else if (found.test === undefined)
      terminal.warn(
        `there is no test set: versions of rows that change can be compared only on rows that stay the same, named as \`test\` in ${CONFIG} and the workflows`,
      );
    if (others.length > 0) terminal.info(`${found.train} is taken, not ${others.join(', ')}`);
    const installs = await namesMaas(folder);
    if (!installs) terminal.warn('package.json does not name maas: workflows install what it names');
    if (isInside(folder))
      terminal.warn('workflows are read at the root of a repository, and this is a folder in one');
    const own = values.force ? undefined : configOf(folder);
    const facts = await workflowFacts(folder, own, { ...found, others });
    const wanted = (ci: 'github' | 'gitlab') => values.ci === undefined || values.ci === ci;
    const pipeline = await readFile(join(folder, '.gitlab-ci.yml'), 'utf8').catch(() => undefined);
    // somebody's pipeline is no file of ours
    const besides = pipeline?.includes(SIGNATURE) === false ? '.gitlab/maas.yml' : '.gitlab-ci.yml';
    const { written, kept } = await writeNew(
      folder,
      {
        [CONFIG]: configTemplate(`./${SCHEMA}`, found),
        [SCHEMA]: `${JSON.stringify(configSchema(), null, 2)}\n`,
        ...(wanted('github') && { '.github/workflows/maas.yml': githubWorkflow(facts) }),
        ...(wanted('gitlab') && { [besides]: gitlabJob(facts) }),
      },
      { force: values.force ?? false, stands: { [CONFIG]: configNames.filter((name) => name !== CONFIG) } },
    );
    if (written.includes('.gitlab/maas.yml')) {
      terminal.info('.gitlab-ci.yml is there: add `include: .gitlab/maas.yml` to it');
    }
    return {
      json: { folder, written, kept, ...found },
      text: [
        ...written.map((path) => `${terminal.style.bold(path)} written`),
        ...kept.map((path) => `${path} is there already, and stays as it is (--force writes it anew)`),
        ...columnsText(found),
      ].join('\n'),
    };
  },
};

function columnsText({ train, test, textColumn, labelColumn }: Omit<FoundData, 'others'>): string[] {
  if (train === undefined) return [];
  const tested = test === undefined ? '' : `, tested on ${test}`;
  return [`trains on ${train}${tested}: texts from "${textColumn}", labels from "${labelColumn}"`];
}

/** Whether a repository of git begins above the folder. */
function isInside(folder: string): boolean {
  let at = resolve(folder);
  if (existsSync(join(at, '.git'))) return false;
  while (dirname(at) !== at) {
    at = dirname(at);
    if (existsSync(join(at, '.git'))) return true;
  }
  return false;
}

/** Whether npm installs maas in the folder. */
async function namesMaas(folder: string): Promise<boolean> {
  try {
    const { dependencies, devDependencies } = JSON.parse(
      await readFile(join(folder, 'package.json'), 'utf8'),
    );
    return 'maas' in { ...dependencies, ...devDependencies };
  } catch {
    return false;
  }
}
