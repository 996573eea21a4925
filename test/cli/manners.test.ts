import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { bin, maas } from '../support/maas.js';
import { temporaryFolder, tickets } from '../support/temp.js';

const folder = temporaryFolder();
const store = join(folder.path, 'store');
const inStore = { env: { MAAS_STORE: store } };
beforeAll(async () => {
  expect((await maas(['train', tickets], inStore)).code).toBe(0);
});

describe('errors', () => {
  const oneClass = 'text,label\na b,x\nc d,x\n';
  const cases: [command: string, code: number, sentence: string | RegExp, input?: string][] = [
    ['', 2, 'there is no command'],
    ['trian x.csv', 2, /unknown command 'trian'\nhint: did you mean train\?/],
    ['train x.csv --ngram-rang 1,2', 2, /unknown option '--ngram-rang'\nhint: did you mean --ngram-range\?/],
    ['train', 2, "missing required argument 'data'"],
    ['train nowhere.csv', 3, 'nowhere.csv: there is no such file'],
    ['train .', 3, '. is a directory'],
    ['train -', 3, 'standard input is empty'],
    ['train -', 3, 'every row has the label "x", expected two classes or more', oneClass],
    ['train -', 3, 'no row can be used', 'text,label\n'],
    ['train -', 3, 'standard input has no label column, found "text", "other"', 'text,other\na,b\n'],
    [
      'train - --label-column kind',
      3,
      'standard input has no column "kind", found "text", "label"',
      oneClass,
    ],
    ['train - --on-bad-row fail', 3, 'standard input:3: its text is empty', 'text,label\na,b\n,c\n'],
    ['train x.csv --C 0', 2, '--C is "0", expected a number above 0'],
    ['train x.csv --C banana', 2, '--C is "banana", expected a number above 0'],
    ['train x.csv --ngram-range 3,1', 2, '--ngram-range is "3,1", expected two whole numbers'],
    ['train x.csv --test-size 1', 2, '--test-size is "1", expected a share'],
    ['train x.csv --preset sckit', 2, '--preset is "sckit", expected one of default, sklearn'],
    ['train - --analyzer char --stemmer porter', 2, 'the analyzer "char" knows no words', oneClass],
    ['predict --text x --lines', 2, '--lines is for files'],
    ['train x.csv --device cuda', 5, 'the device "cuda" is not there'],
    ['train x.csv --device gpu', 5, 'there is no GPU to train on: cuda: '],
    ['evaluate nobody', 6, 'there is no model "nobody"'],
    ['evaluate tickets@9', 6, 'the model "tickets" has no version "9"'],
    ['evaluate ./nowhere', 6, 'holds no manifest.json'],
    ['predict', 2, 'there is nothing to predict'],
    ['predict x.csv', 3, 'x.csv: there is no such file'],
    ['export --format pickle', 2, '--format is "pickle", expected one of js, tfjs'],
    ['models list nobody', 6, 'there is no model "nobody"'],
    ['train x.csv --name bad/name', 2, '"bad/name" cannot name a model'],
    ['preprocess nowhere.csv -o .', 2, 'holds other files, expected an empty folder'],
    ['preprocess x.csv --name ../evil', 2, '"../evil" cannot name a model'],
    ['train - --test-size 0.6 --validation-size 0.4', 2, 'are 1 together, expected less than 1', oneClass],
    ['train - --text-column text --label-column text', 2, 'is named as both text and label', oneClass],
    ['train - --text-column text', 3, 'has several columns "text", expected one', 'text,text,label\na,b,c\n'],
    ['predict - -o .', 2, '. is a directory, expected a file to write', 'text\na\n'],
    ['models list --bogus', 2, "unknown option '--bogus'"],
  ];
  test.each(cases)('maas %s → %i', async (command, code, sentence, input) => {
    const args = command.split(' ').filter(Boolean);
    const ran = await maas(args, { ...inStore, cwd: folder.path, ...(input === undefined ? {} : { input }) });
    expect(ran.stderr).toMatch(sentence);
    expect(ran.stderr).not.toMatch(/\n {4}at /);
    expect(ran).toMatchObject({ code, stdout: '' });
  });

  test('with --json, an error is one object on stdout', async () => {
    const ran = await maas(['train', 'nowhere.csv', '--json'], inStore);
    expect(JSON.parse(ran.stdout)).toEqual({
      error: {
        code: 'data',
        message: 'nowhere.csv: there is no such file',
        details: { file: 'nowhere.csv' },
      },
    });
    expect(JSON.parse((await maas(['trian', '--json'])).stdout).error.code).toBe('usage');
  });

  test('a stream of JSON that fails is closed, with the error inside', async () => {
    const args = ['predict', '-', '--json', '--on-bad-row', 'fail'];
    const ran = await maas(args, { ...inStore, input: 'text,x\ngood,1\nbad\n' });
    expect(ran.code).toBe(3);
    expect(JSON.parse(ran.stdout).error).toMatchObject({ code: 'data', details: { line: 3 } });
  });

  test('an error does not wait for whoever feeds standard input', async () => {
    const child = spawn(process.execPath, [bin, 'predict', '-', '--store', store], {
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    child.stdin.on('error', () => {});
    child.stdin.write('a,b\n1,2\n'.repeat(500));
    expect(await new Promise((resolve) => child.on('close', resolve))).toBe(3);
  });

  test('a C that float32 cannot hold is an error, not a model of zeros', async () => {
    const ran = await maas(['train', tickets, '--name', 'tiny', '--C', '1e-300'], inStore);
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain('the fit cannot take a single step with C = 1e-300');
    expect(ran.stderr).not.toMatch(/\n {4}at /);
  });

  test('damage in a version is told as such', async () => {
    const { path } = JSON.parse(
      (await maas(['train', tickets, '--name', 'broken', '--json'], inStore)).stdout,
    );
    writeFileSync(join(path, 'weights.safetensors'), 'x');
    const ran = await maas(['predict', 'broken', '--text', 'x'], inStore);
    expect(ran.code).toBe(6);
    expect(ran.stderr).toMatch(/weights.safetensors was changed: its sha256 is \w+, expected \w+/);
    writeFileSync(join(path, 'manifest.json'), '{"format":"maas-model","formatVersion":1,"files":{}}');
    expect((await maas(['evaluate', 'broken'], inStore)).code).toBe(6);
    const listed = await maas(['models', 'list'], inStore);
    expect(listed.code).toBe(0);
    expect(listed.stderr).toContain('is damaged');
    rmSync(path, { recursive: true });
  });

  test('--verbose keeps the stack', async () => {
    expect((await maas(['train', 'nowhere.csv', '--verbose'])).stderr).toMatch(/\n {4}at /);
  });
});

describe('output', () => {
  test('progress goes to stderr in plain lines, and --quiet leaves it out', async () => {
    const ran = await maas(['train', tickets, '--name', 'plain'], inStore);
    expect(ran.stderr).toBe('vectorize\nfit\nevaluate\npublish\n');
    expect(ran.stdout).toMatch(/^plain@1 /);
    expect((await maas(['train', tickets, '--name', 'plain', '--quiet'], inStore)).stderr).toBe('');
  });

  test('colour where it is asked for, and not where it is refused', async () => {
    const color = async (env: Record<string, string | undefined>, ...args: string[]) =>
      (await maas(['models', 'list', ...args], { env: { ...inStore.env, ...env } })).stdout.includes(
        '\u001b[',
      );
    expect(await color({ NO_COLOR: undefined })).toBe(false);
    expect(await color({ NO_COLOR: undefined, FORCE_COLOR: '1' })).toBe(true);
    expect(await color({ NO_COLOR: '1', FORCE_COLOR: '1' })).toBe(false);
    expect(await color({ NO_COLOR: undefined, FORCE_COLOR: '1' }, '--no-color')).toBe(false);
  });

  test('a terminal gets a spinner', (context) => {
    try {
      execFileSync('script', ['--version'], { stdio: 'ignore' });
    } catch {
      context.skip('the program `script` is not there to make a terminal');
    }
    const line = `stty cols 100; "${process.execPath}" "${bin}" train "${tickets}" --store "${store}" --name spun`;
    const env = {
      ...process.env,
      CI: '',
      NO_COLOR: undefined,
      TERM: 'xterm',
    } as unknown as NodeJS.ProcessEnv;
    const out = execFileSync('script', ['-qec', line, '/dev/null'], { env, encoding: 'utf8' });
    expect(out).toMatch(/[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏] fit/);
    expect(out).toContain('spun@1');
  });

  test('help has examples in every command', async () => {
    expect((await maas(['--help'])).stdout).toContain('maas train data.csv && maas evaluate && maas export');
    for (const command of [
      'preprocess',
      'train',
      'evaluate',
      'predict',
      'export',
      'models list',
      'models show',
    ]) {
      const { stdout, code } = await maas([...command.split(' '), '--help']);
      expect(code).toBe(0);
      expect(stdout).toContain('Examples:\n  ');
    }
  });

  test('rows of another encoding are told with a remedy', async () => {
    const rows = 'café,a\nthé,b\n'.repeat(3);
    const remedy = 'a file in Latin-1 becomes UTF-8 by `iconv -f latin1 -t utf-8`';
    const all = folder.file('latin.csv', Buffer.from(`text,label\n${rows}`, 'latin1'));
    const none = await maas(['train', all], inStore);
    expect(none.code).toBe(3);
    expect(none.stderr).toContain(`hint: ${remedy}`);
    const mixed = Buffer.concat([Buffer.from(`text,label\n${rows}`), Buffer.from('café,a\n', 'latin1')]);
    const some = await maas(['train', folder.file('mixed.csv', mixed)], inStore);
    expect(some.code).toBe(0);
    expect(some.stderr).toContain(`1 bad row was left out of 7: ${remedy}`);
  });

  test('bad rows are summed up', async () => {
    const ran = await maas(['train', '-', '--name', 'rows'], {
      ...inStore,
      input: `text,label\n${'good words here,a\nbad things there,b\n'.repeat(10)},a\nx\n`,
    });
    expect(ran.code).toBe(0);
    expect(ran.stderr).toContain('standard input:22: its text is empty; the row is left out');
    expect(ran.stderr).toContain('2 bad rows were left out of 22');
  });

  test('classes with one row, guessed columns and unknown labels are said', async () => {
    const data = folder.file(
      'odd.csv',
      `review,sentiment\n${'good stuff,a\nbad stuff,b\n'.repeat(6)}lonely,c\n`,
    );
    const alone = await maas(['train', data], inStore);
    expect(alone.stderr).toContain('texts are read from the column "review"');
    expect(alone.stderr).toContain('labels are read from the column "sentiment"');
    expect(alone.stderr).toContain('a class with a single row to train on and none to test: "c"');
    const test = folder.file('odd-test.csv', 'text,label\ngood,a\nnew,z\n');
    const tested = await maas(['train', data, '--test', test], inStore);
    expect(tested.stderr).toContain('a label that no training row has, which count as wrong: "z"');
  });
});

describe('config', () => {
  test('flags by their camelCase names, and the command line wins', async () => {
    folder.file(
      'maas.config.yaml',
      'C: 2\nngramRange: [1, 1]\nname: configured\nsublinearTf: false\nquiet: true\n',
    );
    const ran = await maas(['train', tickets, '--C', '4', '--json'], { ...inStore, cwd: folder.path });
    expect(ran.stderr).toBe('');
    const { model, path } = JSON.parse(ran.stdout);
    expect(model).toBe('configured');
    const { stdout } = await maas(['models', 'show', path, '--json']);
    expect(JSON.parse(stdout).config).toMatchObject({ C: 4, ngramRange: [1, 1], sublinearTf: false });
  });

  test.each([
    ['ngram-range: 1,2', 'sets "ngram-range", which is no flag'],
    ['C: [1]', 'C in other.yaml is [1], expected a number above 0'],
    ['- a', 'holds a list'],
    ['a: [', 'is not YAML'],
  ])('%s', async (content, sentence) => {
    folder.file('other.yaml', `${content}\n`);
    const ran = await maas(['train', tickets, '--config', 'other.yaml'], { ...inStore, cwd: folder.path });
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain(sentence);
  });

  test.each([
    [['--min-df', '2'], '', 'has no use for --min-df'],
    [['--no-use-idf'], '', 'has no use for --no-use-idf'],
    [[], 'minDf: 2', 'has no use for minDf in hashing.yaml'],
    [['--min-df', '2'], 'minDf: 3', 'has no use for --min-df'],
  ])('errors name a setting as it was given: %j %s', async (flags, line, sentence) => {
    folder.file('hashing.yaml', `vectorizer: hashing\n${line}\n`);
    const args = ['train', tickets, '--config', 'hashing.yaml', ...flags, '--json'];
    const ran = await maas(args, { ...inStore, cwd: folder.path });
    expect(ran.stderr).toBe(`error: the vectorizer "hashing" ${sentence}\n`);
    expect(JSON.parse(ran.stdout).error.message).toBe(`the vectorizer "hashing" ${sentence}`);
  });
});

describe('signals and pipes', () => {
  const start = (args: string[]) => {
    const child = spawn(process.execPath, [bin, ...args, '--store', store], {
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    child.stdin.on('error', () => {});
    return child;
  };
  const ended = (child: ChildProcess) => new Promise<number | null>((resolve) => child.on('close', resolve));
  const until = async (holds: () => boolean) => {
    for (let i = 0; i < 400 && !holds(); i++) await new Promise((resolve) => setTimeout(resolve, 25));
    expect(holds()).toBe(true);
  };

  test('a reader that goes away ends predict without a word', async () => {
    const child = start(['predict', 'tickets', '-']);
    let stderr = '';
    child.stderr.on('data', (text) => {
      stderr += text;
    });
    child.stdin.write('text\n');
    const feeding = setInterval(() => child.stdin.write('where is my parcel\n'.repeat(20_000)), 5);
    child.stdout.once('data', () => child.stdout.destroy());
    expect(await ended(child)).toBe(141);
    clearInterval(feeding);
    expect(stderr).not.toContain('rror');
  });

  test.skipIf(process.platform === 'win32')(
    'Ctrl-C in the middle of predict leaves nothing half-written',
    async () => {
      const output = join(folder.path, 'interrupted');
      const child = start(['predict', 'tickets', '-', '-o', join(output, 'rows.csv')]);
      child.stdin.write(`text\n${'where is my parcel\n'.repeat(200_000)}`);
      await until(() => existsSync(output) && readdirSync(output).length > 0);
      child.kill('SIGINT');
      expect(await ended(child)).toBe(130);
      expect(readdirSync(output)).toEqual([]);
    },
  );

  test.skipIf(process.platform === 'win32')('Ctrl-C in the middle of train publishes nothing', async () => {
    const child = start(['train', '-', '--name', 'interrupted', '--verbose', '--json']);
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (text) => {
      stdout += text;
    });
    child.stderr.on('data', (text) => {
      stderr += text;
    });
    child.stdin.write('text,label\n');
    for (let i = 0; i < 3000; i++) child.stdin.write(`words number ${i} and ${i * 7},${i % 3}\n,bad\n`);
    await until(() => stderr.includes('its text is empty'));
    child.kill('SIGINT');
    expect(await ended(child)).toBe(130);
    expect(JSON.parse(stdout)).toEqual({
      error: { code: 'interrupted', message: 'interrupted by SIGINT' },
    });
    expect(existsSync(join(store, 'models', 'interrupted', '1'))).toBe(false);
  });

  test.skipIf(process.platform === 'win32')('Ctrl-C ends the JSON that is being written', async () => {
    const child = start(['predict', 'tickets', '-', '--json']);
    let stdout = '';
    child.stdout.on('data', (text) => {
      stdout += text;
    });
    child.stdin.write(`text\n${'where is my parcel\n'.repeat(20_000)}`);
    await until(() => stdout !== '');
    child.kill('SIGINT');
    expect(await ended(child)).toBe(130);
    const { predictions, error } = JSON.parse(stdout);
    expect(error).toEqual({ code: 'interrupted', message: 'interrupted by SIGINT' });
    expect(predictions[0].label).toBe('delivery');
  });

  test('memory does not grow with what is predicted', async () => {
    const block = 'where is my parcel, it should have been here days ago and nobody answers\n'.repeat(5000);
    // 75 MB of text and the answers to it pass through a heap of 48 MB
    const heap = '--max-old-space-size=48';
    const child = spawn(process.execPath, [
      heap,
      bin,
      'predict',
      'tickets',
      '-',
      '--store',
      store,
      '--quiet',
    ]);
    let bytes = 0;
    child.stdout.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
    });
    child.stdin.on('error', () => {});
    child.stdin.write('text\n');
    for (let sent = 0; sent < 200; sent++) {
      if (!child.stdin.write(block)) await new Promise((resolve) => child.stdin.once('drain', resolve));
    }
    child.stdin.end();
    expect(await ended(child)).toBe(0);
    expect(bytes).toBeGreaterThan(200 * block.length);
  }, 120_000);
});

describe('quick', () => {
  test('maas --version takes less than 1.5 times what node itself takes', () => {
    const time = (args: string[]) => {
      const from = performance.now();
      execFileSync(process.execPath, args);
      return performance.now() - from;
    };
    // in turns, and the fastest of each, since the machine is busy with other tests
    const pairs = Array.from({ length: 25 }, () => [time([bin, '--version']), time(['-e', '0'])] as const);
    const fastest = (of: 0 | 1) => Math.min(...pairs.map((pair) => pair[of]));
    expect(fastest(0) / fastest(1)).toBeLessThan(1.5);
  });

  test('neither predict nor evaluate nor a js export nor a linear model trained on wasm loads TensorFlow.js', async () => {
    const hook = folder.file(
      'loaded.cjs',
      "process.on('exit', () => process.stderr.write(Object.keys(require.cache).join('\\n')));",
    );
    const env = { ...inStore.env, NODE_OPTIONS: `--require "${hook.replaceAll('\\', '/')}"` };
    for (const args of [
      ['train', tickets, '--name', 'loads'],
      ['predict', '--text', 'hello'],
      ['evaluate'],
      ['export'],
    ]) {
      const ran = await maas(args, { env });
      expect(ran.code).toBe(0);
      expect(ran.stderr).not.toContain('tensorflow');
    }
    expect((await maas(['train', tickets, '--name', 'loads', '--device', 'cpu'], { env })).stderr).toContain(
      'tensorflow',
    );
  });
});
