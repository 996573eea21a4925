import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { explain } from '../../src/explain/explanation.js';
import { openModel, resolveSettings, train } from '../../src/index.js';
import { newKey } from '../../src/serve/access.js';
import { type Running, start } from '../../src/serve/start.js';
import { chromium, openTab, type Tab } from '../support/browser.js';
import { temporaryFolder, tickets } from '../support/temp.js';

const folder = temporaryFolder();
const store = join(folder.path, 'store');
const { key, line } = newKey('tests');
const text = 'I was charged twice <img src=x onerror=alert(1)>, where is my parcel? 退款';

describe.skipIf(!chromium)('the page at /, in Chromium', () => {
  let running: Running;
  let tab: Tab;
  const typing = (value: string) =>
    tab.evaluate(`(() => {
      const field = document.getElementById('text');
      field.value = ${JSON.stringify(value)};
      field.dispatchEvent(new Event('input', { bubbles: true }));
    })()`);
  const answered = () =>
    tab.until(`!document.getElementById('result').hidden && !document.querySelector('#result.waiting')`);
  const textOf = (id: string) => tab.evaluate(`document.getElementById('${id}').textContent`);
  const settled = () => new Promise((resolve) => setTimeout(resolve, 300));

  beforeAll(async () => {
    for (const [name, settings] of Object.entries({
      tickets: {},
      letters: { model: 'nb', analyzer: 'char' },
    })) {
      await train({ data: [tickets], store, name, settings: resolveSettings(settings), threads: 1 });
    }
    running = await start(
      {
        ...{ store, models: ['tickets', 'letters'], host: '127.0.0.1', port: 0 },
        apiKeys: folder.file('keys.txt', `${line}\n`),
      },
      explain,
    );
    tab = await openTab(`${running.url}/`);
  });
  afterAll(async () => {
    await tab?.close();
    await running?.stop();
  });

  test('asks for a key where the service does', async () => {
    await tab.until(`!document.getElementById('key-form').hidden`);
    const present = (value: string) =>
      tab.evaluate(`(() => {
        document.getElementById('key').value = ${JSON.stringify(value)};
        document.getElementById('key-form').requestSubmit();
      })()`);
    await present('wrong');
    await tab.until(`document.getElementById('key-note').textContent.includes('no valid API key')`);
    await present(key);
    await tab.until(`!document.getElementById('try').hidden`);
    expect(await tab.evaluate(`document.getElementById('key-form').hidden`)).toBe(true);
    expect(await tab.evaluate('document.activeElement.id')).toBe('text');
    // what the browser says of the two requests that were refused
    expect(tab.troubles.splice(0).every((trouble) => trouble.includes('401'))).toBe(true);
  });

  test('says what the pipeline says while one types, and which words speak for it', async () => {
    await typing(text);
    await answered();
    const { pipeline } = await openModel(store, 'tickets');
    const [expected] = await pipeline.predict([text]);
    expect(await textOf('label')).toBe(expected!.label);
    expect(await textOf('score')).toBe(`${(100 * expected!.score).toFixed(1)} %`);
    expect(await textOf('words')).toBe(text);
    expect(await tab.evaluate(`document.querySelectorAll('#words img').length`)).toBe(0);
    expect(await tab.evaluate(`document.querySelectorAll('#words mark.for').length`)).toBeGreaterThan(0);
    const shown = await tab.evaluate(
      `[...document.querySelectorAll('#classes .name')].map((n) => n.textContent)`,
    );
    const ranked = Object.entries(expected!.scores).sort((a, b) => b[1] - a[1]);
    expect(shown).toEqual(ranked.map(([name]) => name));
    await tab.until(`document.getElementById('spoken').textContent.startsWith('${expected!.label},')`);

    const other = ranked[1]![0];
    const wanted = await explain(pipeline, text, pipeline.labels.indexOf(other));
    const strongest = wanted.tokens.reduce((a, b) =>
      Math.abs(b.contribution) > Math.abs(a.contribution) ? b : a,
    );
    await tab.evaluate(`document.querySelector('#classes [title="${other}"]').click()`);
    await tab.until(`document.getElementById('explained-class').textContent === '${other}'`);
    expect(await tab.evaluate(`document.querySelector('#contributions td').textContent`)).toBe(
      strongest.text,
    );
    expect(await tab.evaluate(`document.querySelector('#classes [aria-pressed=true]').title`)).toBe(other);
  });

  test('shows the card of each model, and examples that ask it', async () => {
    expect(await textOf('facts')).toContain('tickets@1');
    await tab.evaluate(`(() => {
      const field = document.getElementById('model');
      field.selectedIndex = 1;
      field.dispatchEvent(new Event('change'));
    })()`);
    await tab.until(`document.getElementById('facts').textContent.includes('letters@1')`);
    await answered();
    await settled();
    const { pipeline, manifest } = await openModel(store, 'letters');
    expect(await textOf('label')).toBe((await pipeline.predict([text]))[0]!.label);
    const { accuracy } = manifest.metrics as { accuracy: number };
    expect(await textOf('figures')).toContain((100 * accuracy).toFixed(1));
    expect(await textOf('code')).toContain('curl');
    for (const language of ['requests.post', 'await fetch']) {
      await tab.evaluate(
        `document.activeElement.role === 'tab' || document.querySelector('[role=tab]').focus(),
         document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true }))`,
      );
      expect(await textOf('code')).toContain(language);
    }
    expect(await textOf('code')).not.toContain(key);
    expect(await textOf('code')).toContain('"model": "letters"');
  });

  test('fits a phone, in light and dark', async () => {
    for (const scheme of ['light', 'dark']) {
      await tab.send('Emulation.setDeviceMetricsOverride', {
        ...{ width: 360, height: 740, deviceScaleFactor: 2, mobile: true },
      });
      const features = [{ name: 'prefers-color-scheme', value: scheme }];
      await tab.send('Emulation.setEmulatedMedia', { features });
      await typing(`${text} ${'W'.repeat(300)}`);
      await answered();
      expect(await tab.evaluate('document.documentElement.scrollWidth')).toBe(360);
      const ground = await tab.evaluate('getComputedStyle(document.body).backgroundColor');
      expect(ground).toBe(scheme === 'light' ? 'rgb(246, 247, 246)' : 'rgb(16, 20, 19)');
    }
  });

  test('says what is too long to explain, and that the service is gone; its policy is never broken', async () => {
    await typing('word '.repeat(1100));
    await tab.until(`document.getElementById('note').textContent.includes('not explained')`);
    expect(await tab.evaluate(`document.getElementById('explained').hidden`)).toBe(true);
    await typing('');
    await tab.until(`document.getElementById('result').hidden`);
    expect(tab.troubles).toEqual([]);
    const { headers } = await fetch(running.url);
    expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; script-src 'sha256-/);
    await running.stop();
    await typing('still there?');
    await tab.until(`document.getElementById('note').textContent.includes('cannot be reached')`);
  });
});
if (!chromium) console.warn('skipped: Chromium is not installed, so the page of the service is not tried');
