import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import type { Listener } from '../progress.js';

/** How platforms open a file with the program that is meant for it. */
const openers: Partial<Record<NodeJS.Platform, readonly [command: string, ...args: string[]]>> = {
  darwin: ['open'],
  win32: ['cmd', '/c', 'start', '""'],
};

/** Opens a page in the browser and does not wait for it. Where nobody may look at it, or it cannot be, that is told. */
export async function openPage(page: string | undefined, asJson: boolean, listener: Listener): Promise<void> {
  if (page === undefined) return listener.warn?.('there is no report to open');
  if (asJson || process.env.CI) {
    return listener.info?.(`${page} is not opened ${asJson ? 'beside --json' : 'in CI'}`);
  }
  const [command, ...args] = openers[process.platform] ?? ['xdg-open'];
  const problem = await new Promise<Error | undefined>((done) => {
    const opener = spawn(command, [...args, resolve(page)], { detached: true, stdio: 'ignore' });
    opener.once('error', done);
    opener.once('spawn', () => done(undefined));
    opener.unref();
  });
  if (problem) listener.warn?.(`${page} could not be opened: ${problem.message}`);
}
