import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { bin } from './maas.js';

interface Step {
  id?: string;
  name?: string;
  if?: string;
  uses?: string;
  with?: Record<string, string>;
  run?: string;
  env?: Record<string, string>;
}

/** What a service keeps between runs: folders by key, and the folders that were uploaded last. */
export interface Kept {
  folder: string;
  keys: string[];
}

export interface Night {
  failed: boolean;
  /** Steps that ran, by name, with their exit codes. */
  ran: Record<string, number>;
  summary: string;
  log: string;
}

/** Runs commands as CIs run them, with the built `maas` on the PATH. */
function bash(script: string, cwd: string, env: Record<string, string>): { code: number; log: string } {
  const bins = join(cwd, '..', 'bin');
  mkdirSync(bins, { recursive: true });
  writeFileSync(join(bins, 'maas'), `#!/bin/sh\nexec "${process.execPath}" "${bin}" "$@"\n`, { mode: 0o755 });
  const ran = spawnSync('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', script], {
    cwd,
    encoding: 'utf8',
    env: { PATH: `${bins}:${process.env.PATH}`, HOME: cwd, NO_COLOR: '1', CI: 'true', ...env },
  });
  return { code: ran.status ?? -1, log: `${ran.stdout}${ran.stderr}` };
}

/** Runs the job of a workflow of GitHub step by step in a checkout, with its caches and files of a step's outputs. */
export function githubNight(checkout: string, file: string, kept: Kept, runId: number): Night {
  const workflow = parse(readFileSync(join(checkout, file), 'utf8'));
  const [job] = Object.values(workflow.jobs) as { steps: Step[] }[];
  const steps: Record<string, { outputs: Record<string, string> }> = {};
  const night: Night = { failed: false, ran: {}, summary: '', log: '' };
  const files = { output: join(checkout, '..', 'output'), summary: join(checkout, '..', 'summary') };
  for (const path of Object.values(files)) writeFileSync(path, '');
  const value = (expression: string): unknown => {
    const js = expression
      .replace(/'((?:[^']|'')*)'/g, (_, text: string) => JSON.stringify(text.replaceAll("''", "'")))
      .replace(/\.([a-z]+-[a-z-]+)/g, "['$1']")
      .replace(/steps\.(\w+)/g, "step('$1')");
    const hashFiles = (...names: string[]) => {
      const hash = createHash('sha256');
      for (const name of names) hash.update(readFileSync(join(checkout, name)));
      return hash.digest('hex');
    };
    return new Function('step', 'github', 'hashFiles', 'cancelled', `return ${js}`)(
      (id: string) => steps[id] ?? { outputs: {} },
      { run_id: runId, run_attempt: 1 },
      hashFiles,
      () => false,
    );
  };
  const filled = (text: string) =>
    text.replace(/\$\{\{(.*?)\}\}/g, (_, expression) => String(value(expression)));
  const later: (() => void)[] = [];
  for (const step of job!.steps) {
    const condition = step.if?.replace(/^\$\{\{(.*)\}\}$/, '$1') ?? 'true';
    if ((night.failed && !condition.includes('cancelled()')) || !value(condition)) continue;
    const outputs: Record<string, string> = {};
    if (step.id) steps[step.id] = { outputs };
    if (step.uses) {
      const { key = '', path = '', 'restore-keys': prefix } = step.with ?? {};
      const [action] = step.uses.split('@');
      if (action?.startsWith('actions/cache')) {
        const own = filled(key);
        const found = kept.keys.includes(own)
          ? own
          : prefix && kept.keys.findLast((each) => each.startsWith(prefix));
        const save = () => {
          if (kept.keys.includes(own) || !existsSync(join(checkout, path))) return;
          cpSync(join(checkout, path), join(kept.folder, own), { recursive: true });
          kept.keys.push(own);
        };
        if (action.endsWith('/save')) save();
        else if (found) cpSync(join(kept.folder, found), join(checkout, path), { recursive: true });
        outputs['cache-hit'] = String(found === own);
        if (action === 'actions/cache') later.push(() => night.failed || save());
      } else if (action === 'actions/upload-artifact' && existsSync(join(checkout, path))) {
        rmSync(join(kept.folder, path), { recursive: true, force: true });
        cpSync(join(checkout, path), join(kept.folder, path), { recursive: true });
      }
      continue;
    }
    writeFileSync(files.output, '');
    const env = Object.fromEntries(
      Object.entries(step.env ?? {}).map(([name, text]) => [name, filled(text)]),
    );
    const { code, log } = bash(filled(step.run!), checkout, {
      ...{ GITHUB_ACTIONS: 'true', GITHUB_WORKSPACE: checkout, GITHUB_PATH: join(checkout, '..', 'path') },
      ...{ GITHUB_OUTPUT: files.output, GITHUB_STEP_SUMMARY: files.summary, ...env },
    });
    const given = /^(\w+)<<(\S+)\n(.*?)\n\2\n/gms;
    for (const [, name, , text] of readFileSync(files.output, 'utf8').matchAll(given)) outputs[name!] = text!;
    night.ran[step.name!] = code;
    night.log += log;
    night.failed ||= code !== 0;
  }
  for (const save of later) save();
  night.summary = readFileSync(files.summary, 'utf8');
  return night;
}

/** Runs the script of a job of GitLab in a checkout, with its caches. */
export function gitlabNight(checkout: string, file: string, kept: Kept): { code: number; log: string } {
  const pipeline = parse(readFileSync(join(checkout, file), 'utf8'));
  const [job] = Object.values(pipeline) as [{ script: string[]; cache: { key: string; paths: string[] }[] }];
  const folders = job.cache.flatMap(({ key, paths }) =>
    paths.map((path) => [join(kept.folder, key), join(checkout, path)]),
  );
  for (const [from, to] of folders) if (existsSync(from!)) cpSync(from!, to!, { recursive: true });
  const ran = bash(job.script.join('\n'), checkout, { GITLAB_CI: 'true' });
  for (const [to, from] of folders) {
    rmSync(to!, { recursive: true, force: true });
    cpSync(from!, to!, { recursive: true });
  }
  return ran;
}
