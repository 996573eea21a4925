import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { MaasError } from '../errors.js';
import type { Listener } from '../progress.js';
import { writtenBy } from '../store/aside.js';
import type { Installable } from './installable.js';

/** Throws `device` where npm does not run, which every installation takes. */
export async function checkNpm(what: Installable): Promise<void> {
  if ((await missingOf({ npm: ['npm'], npx: ['npx'] })).length === 0) return;
  throw new MaasError('device', `${what} cannot be installed: npm and npx are not on the path`, {
    hint: 'install npm, which comes with Node.js',
  });
}

/** The names of those programs that do not run. */
export async function missingOf(
  programs: Record<string, [command: string, ...args: string[]]>,
): Promise<string[]> {
  const missing: string[] = [];
  for (const [name, [command, ...args]] of Object.entries(programs)) {
    const shell = process.platform === 'win32';
    await promisify(execFile)(command, [...args, '--version'], { shell }).catch(() => missing.push(name));
  }
  return missing;
}

function stopGroup(child: ChildProcess): void {
  try {
    if (process.platform === 'win32') child.kill();
    else process.kill(-child.pid!, 'SIGKILL');
  } catch {
    // it has ended, or never begun
  }
}

/** The commands of an installation: run one after the other, told to the listener, kept in a log. */
export class InstallSteps {
  readonly #said: string[] = [];

  constructor(
    private readonly what: Installable,
    readonly log: string,
    private readonly listener: Listener,
  ) {}

  /** Installs npm packages into a folder of their own. Their scripts, which would download more, do not run. */
  async npm(folder: string, packages: string[]): Promise<void> {
    await writeFile(join(folder, 'package.json'), '{ "private": true }\n');
    const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock'];
    await this.run('fetch npm packages', 'npm', ['install', ...quiet, ...packages], folder);
  }

  /** Throws `failed`, with the last of what it said, where a command does. */
  async run(stage: string, command: string, args: string[], cwd?: string): Promise<void> {
    this.listener.step?.({ stage });
    const said: string[] = [`$ ${[command, ...args].join(' ')}\n`];
    this.#said.push(said[0]!);
    const child = spawn(command, args, {
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
      // a group of its own, so that all of it can be stopped; npm is a script on Windows
      detached: process.platform !== 'win32',
      shell: process.platform === 'win32',
    });
    const forget = writtenBy(() => stopGroup(child));
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        said.push(text);
        this.#said.push(text);
      });
    }
    const ticking = setInterval(
      () => this.listener.step?.({ stage, note: said.at(-1)!.trim().split('\n').at(-1)! }),
      1000,
    );
    const code = await new Promise((resolve) => {
      child.once('error', ({ message }) => resolve(message));
      child.once('close', resolve);
    });
    clearInterval(ticking);
    forget();
    if (code === 0) return;
    const last = said.join('').trim().split('\n').slice(-12);
    throw new MaasError(
      'failed',
      `installing ${this.what} failed when it was to ${stage} (${command}: ${code})`,
      {
        hint: `nothing was changed; ${this.log} has all that was said`,
        details: { command: said[0]!.slice(2).trim(), output: last },
      },
    );
  }

  async writeLog(): Promise<void> {
    if (this.#said.length > 0) await writeFile(this.log, this.#said.join('')).catch(() => {});
  }
}
