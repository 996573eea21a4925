import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';

export const chromium = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  (path) => existsSync(path),
);

/** What the browser answers, whatever it is. */
// biome-ignore lint/suspicious/noExplicitAny: what it is depends on what was asked
type Answer = any;

/** A tab of Chromium without a window, driven by the DevTools protocol over pipes. */
export interface Tab {
  send(method: string, params?: object): Promise<Answer>;
  /** What a script gives, promises awaited. */
  evaluate(script: string): Promise<Answer>;
  /** Waits until a script gives something that is not falsy, and answers with that. */
  until(script: string): Promise<Answer>;
  /** What the page logged, what it threw, and what its policy kept from it. */
  readonly troubles: string[];
  close(): Promise<void>;
}

export async function openTab(url: string): Promise<Tab> {
  const profile = mkdtempSync(join(tmpdir(), 'maas-chromium-'));
  const flags =
    '--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync --hide-scrollbars --remote-debugging-pipe';
  const child = spawn(chromium!, [...flags.split(' '), `--user-data-dir=${profile}`, 'about:blank'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
  });
  const closed = new Promise((resolve) => child.on('close', resolve));
  const [toBrowser, fromBrowser] = [child.stdio[3] as Writable, child.stdio[4] as Readable];
  const waiting = new Map<number, { resolve(answer: Answer): void; reject(error: Error): void }>();
  const troubles: string[] = [];
  let id = 0;
  let session: string | undefined;
  let said = '';
  fromBrowser.setEncoding('utf8').on('data', (piece: string) => {
    said += piece;
    const messages = said.split('\0');
    said = messages.pop()!;
    for (const message of messages) hear(JSON.parse(message));
  });
  const hear = (message: Answer) => {
    const asked = waiting.get(message.id);
    waiting.delete(message.id);
    if (message.error) asked?.reject(new Error(message.error.message));
    else asked?.resolve(message.result);
    if (message.method === 'Runtime.exceptionThrown') {
      troubles.push(JSON.stringify(message.params.exceptionDetails));
    } else if (message.method === 'Log.entryAdded') troubles.push(message.params.entry.text);
    else if (message.method === 'Runtime.consoleAPICalled')
      troubles.push(JSON.stringify(message.params.args));
  };
  const send = (method: string, params: object = {}) =>
    new Promise<Answer>((resolve, reject) => {
      waiting.set(++id, { resolve, reject });
      const to = session === undefined ? {} : { sessionId: session };
      toBrowser.write(`${JSON.stringify({ id, method, params, ...to })}\0`);
    });
  const { targetId } = await send('Target.createTarget', { url: 'about:blank' });
  ({ sessionId: session } = await send('Target.attachToTarget', { targetId, flatten: true }));
  for (const domain of ['Page', 'Runtime', 'Log']) await send(`${domain}.enable`);
  await send('Page.navigate', { url });
  const evaluate = async (expression: string) => {
    const { result, exceptionDetails } = await send('Runtime.evaluate', {
      expression,
      awaitPromise: true,
      returnByValue: true,
    });
    if (exceptionDetails) throw new Error(JSON.stringify(exceptionDetails));
    return result.value;
  };
  return {
    ...{ send, evaluate, troubles },
    async until(script) {
      for (let tries = 0; tries < 200; tries++) {
        const value = await evaluate(script).catch(() => undefined);
        if (value) return value;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      throw new Error(`the page did not come to ${script}: ${troubles.join('\n')}`);
    },
    async close() {
      session = undefined;
      send('Browser.close').catch(() => {});
      await closed;
      rmSync(profile, { recursive: true, force: true });
    },
  };
}
