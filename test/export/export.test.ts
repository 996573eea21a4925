import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { goldenTexts } from '../../src/export/golden.js';
import type { Pipeline } from '../../src/pipeline.js';
import type { Prediction } from '../../src/predictions.js';
import { exportModel } from '../../src/tasks/export.js';
import { openModel } from '../../src/tasks/predict.js';
import { presets, resolveSettings } from '../../src/tasks/presets.js';
import { train } from '../../src/tasks/train.js';
import { temporaryFolder, tickets } from '../support/temp.js';

const folder = temporaryFolder();
const store = join(folder.path, 'store');
const kinds: Record<string, Record<string, unknown>> = {
  default: {},
  sklearn: presets.sklearn,
  char: { analyzer: 'char', ngramRange: [1, 3] },
  char_wb: { analyzer: 'char_wb', ngramRange: [2, 4], norm: 'l1' },
  stemmed: { stemmer: 'porter', stopWords: 'english' },
  german: { stemmer: 'german', lowercase: false },
};
const twoClasses = folder.file(
  'two.csv',
  `text,label\n${'quick brown fox,animal\nlazy dog sleeps,animal\nred car,thing\nfast car engine,thing\n'.repeat(3)}`,
);
const pipelines: Record<string, Pipeline> = {};

beforeAll(async () => {
  for (const [name, given] of Object.entries(kinds)) {
    await train({ data: [tickets], store, name, settings: resolveSettings(given) });
    pipelines[name] = (await openModel(store, name)).pipeline as Pipeline;
  }
  await train({ data: [twoClasses], store, name: 'two', settings: resolveSettings({}) });
  pipelines.two = (await openModel(store, 'two')).pipeline as Pipeline;
});

describe.each([...Object.keys(kinds), 'two'])('%s', (name) => {
  test('js says what the pipeline says, in a process that knows nothing of maas', async () => {
    const { path, check } = await exportModel({ store, model: name, format: 'js' });
    expect(check.maxAbsDelta).toBe(0);
    const texts = goldenTexts(pipelines[name]!);
    const program = `import { predict, predictAll, labels } from './model.js';
      const texts = JSON.parse(process.argv[1]);
      console.log(JSON.stringify({ labels, one: texts.map(predict), all: predictAll(texts) }));`;
    const out = JSON.parse(
      execFileSync(process.execPath, ['--input-type=module', '-e', program, JSON.stringify(texts)], {
        cwd: path,
        encoding: 'utf8',
      }),
    );
    expect(out.labels).toEqual(pipelines[name]!.labels);
    const expected = JSON.parse(JSON.stringify(pipelines[name]!.predict(texts)));
    expect(out.one).toEqual(expected);
    expect(out.all).toEqual(expected);
  });

  test('tfjs says what the pipeline says', async () => {
    const { path, check } = await exportModel({ store, model: name, format: 'tfjs' });
    expect(check.maxAbsDelta).toBeLessThan(1e-5);
    const model = JSON.parse(readFileSync(join(path, 'model.json'), 'utf8'));
    expect(model.format).toBe('layers-model');
    expect(model.weightsManifest[0].weights[0].shape).toEqual([
      pipelines[name]!.vectorizer.features,
      pipelines[name]!.labels.length,
    ]);
  });
});

test('what is exported needs nothing of Node', async () => {
  const { path } = await exportModel({ store, model: 'stemmed', format: 'js' });
  const source = readFileSync(join(path, 'model.js'), 'utf8');
  expect(source).not.toMatch(/\b(require|process|Buffer)\b\s*[(.]/);
  expect(source).not.toMatch(/^import /m);
  // the globals of a bare ECMAScript realm, and atob, which browsers and edge runtimes have
  const program = `
    const { createContext, SourceTextModule } = require('node:vm');
    (async () => {
      const module = new SourceTextModule(require('node:fs').readFileSync(process.argv[1], 'utf8'), {
        context: createContext({ atob }),
      });
      await module.link(() => { throw new Error('it imports something'); });
      await module.evaluate();
      console.log(JSON.stringify(module.namespace.predict('where is my parcel')));
    })();`;
  const out = execFileSync(
    process.execPath,
    ['--experimental-vm-modules', '-e', program, join(path, 'model.js')],
    {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
  expect(JSON.parse(out)).toEqual(
    JSON.parse(JSON.stringify(pipelines.stemmed!.predict(['where is my parcel'])[0])),
  );
});

test('the types of an export are those of its functions', async () => {
  const { path } = await exportModel({ store, model: 'default', format: 'js' });
  const user = join(path, 'user.ts');
  const { writeFileSync } = await import('node:fs');
  writeFileSync(
    user,
    "import { labels, predict } from './model.js';\nexport const n: number = predict(labels[0]!).score;\n",
  );
  const tsc = fileURLToPath(new URL('../../node_modules/typescript/bin/tsc', import.meta.url));
  execFileSync(process.execPath, [tsc, '--noEmit', '--strict', '--module', 'nodenext', user], {
    cwd: path,
    stdio: 'pipe',
  });
  rmSync(user);
});

const chromium = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
  existsSync(path),
);

describe.skipIf(!chromium)('in Chromium', () => {
  let server: Server;
  let origin: string;
  const root = folder.path;
  const modules = fileURLToPath(new URL('../../node_modules/', import.meta.url));
  const types: Record<string, string> = {
    '.js': 'text/javascript',
    '.json': 'application/json',
    '.html': 'text/html',
  };
  const pages = new Map<string, string>();

  beforeAll(async () => {
    server = createServer((request, response) => {
      const { pathname } = new URL(request.url!, 'http://localhost');
      response.setHeader('content-type', types[extname(pathname)] ?? 'application/octet-stream');
      if (pages.has(pathname)) return response.end(pages.get(pathname));
      const file = pathname.startsWith('/modules/') ? join(modules, pathname.slice(9)) : join(root, pathname);
      response.statusCode = existsSync(file) ? 200 : 404;
      response.end(existsSync(file) ? readFileSync(file) : '');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  });
  afterAll(() => void server.close());

  /** What a module that runs in a page leaves in `document.title`, as JSON. */
  async function inPage(name: string, head: string, script: string): Promise<unknown> {
    pages.set(
      `/${name}.html`,
      `<!doctype html><meta charset="utf-8"><title></title>${head}<pre></pre><script type="module">
        try { ${script} } catch (error) { document.querySelector('pre').textContent = JSON.stringify({ error: String(error) }); }
      </script>`,
    );
    const profile = mkdtempSync(join(tmpdir(), 'maas-chromium-'));
    const flags =
      '--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync --virtual-time-budget=20000';
    const { spawn } = await import('node:child_process');
    const child = spawn(
      chromium!,
      [...flags.split(' '), `--user-data-dir=${profile}`, '--dump-dom', `${origin}/${name}.html`],
      {
        stdio: ['ignore', 'pipe', 'ignore'],
      },
    );
    let dom = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      dom += text;
    });
    await new Promise((resolve) => child.on('close', resolve));
    rmSync(profile, { recursive: true, force: true });
    const text = /<pre>(.*)<\/pre>/s.exec(dom)?.[1] ?? '';
    return JSON.parse(text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&'));
  }

  // a lone surrogate does not survive the page's encoding
  const texts = () => goldenTexts(pipelines.default!).filter((text) => !/\p{Cs}/u.test(text));

  test('js says what the pipeline says', async () => {
    await exportModel({ store, model: 'default', format: 'js', output: join(root, 'web-js') });
    const found = (await inPage(
      'js',
      '',
      `const { predict } = await import('/web-js/model.js');
       document.querySelector('pre').textContent = JSON.stringify(${JSON.stringify(texts())}.map(predict));`,
    )) as Prediction[];
    // another V8 may round e^x differently in the last digit
    const rounded = (predictions: Prediction[]) =>
      predictions.map(({ label, scores }) => [label, Object.values(scores).map((p) => p.toFixed(12))]);
    expect(rounded(found)).toEqual(rounded(pipelines.default!.predict(texts())));
  });

  test('tfjs loads in tfjs-layers and says what the pipeline says', async () => {
    await exportModel({ store, model: 'default', format: 'tfjs', output: join(root, 'web-tfjs') });
    const scripts = [
      'tfjs-core/dist/tf-core',
      'tfjs-backend-cpu/dist/tf-backend-cpu',
      'tfjs-layers/dist/tf-layers',
    ];
    const found = (await inPage(
      'tfjs',
      scripts.map((path) => `<script src="/modules/@tensorflow/${path}.min.js"></script>`).join(''),
      `await tf.setBackend('cpu');
       const model = await tf.loadLayersModel('/web-tfjs/model.json');
       const { createVectorizer } = await import('/web-tfjs/vectorizer.js');
       const vectorize = createVectorizer(await (await fetch('/web-tfjs/vocabulary.json')).text());
       const rows = ${JSON.stringify(texts())}.map((text) => {
         const row = vectorize(text);
         return Array.from(model.predict(tf.tensor2d(row, [1, row.length])).dataSync());
       });
       document.querySelector('pre').textContent = JSON.stringify(rows);`,
    )) as number[][];
    const expected = pipelines.default!.predict(texts());
    found.forEach((row, i) => {
      Object.values(expected[i]!.scores).forEach((p, c) => {
        expect(Math.abs(row[c]! - p)).toBeLessThan(1e-5);
      });
    });
    expect(found).toHaveLength(expected.length);
  });
});
if (!chromium) console.warn('skipped: Chromium is not installed, so the exports are not tried in a browser');
