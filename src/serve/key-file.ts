import { appendFile, readFile, stat } from 'node:fs/promises';
import { MaasError } from '../errors.js';
import type { Listener } from '../progress.js';
import { type ApiKey, newKey, parseKeys } from './access.js';

const LOOK_MS = 1000;

/** The keys of a file, read anew when it changes: a line that is taken out ends a key within a second. */
export class KeyFile {
  #seen = '';
  readonly #timer: NodeJS.Timeout;

  private constructor(
    readonly path: string,
    private keys: ApiKey[],
    listener: Listener,
  ) {
    this.#timer = setInterval(() => {
      this.#look().catch((error) => listener.warn?.(`${error.message}; the keys of before hold`));
    }, LOOK_MS).unref();
  }

  /** Throws `usage` for a file that cannot be read, or holds no keys. */
  static async open(path: string, listener: Listener = {}): Promise<KeyFile> {
    const keys = parseKeys(await read(path), path);
    if (keys.length === 0) {
      throw new MaasError('usage', `${path} holds no key`, {
        hint: `\`maas serve --api-keys ${path} --add-key <name>\` makes one`,
      });
    }
    return new KeyFile(path, keys, listener);
  }

  get all(): readonly ApiKey[] {
    return this.keys;
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    const { mtimeMs, size } = await stat(this.path);
    const seen = `${mtimeMs}:${size}`;
    if (seen === this.#seen) return;
    this.keys = parseKeys(await read(this.path), this.path);
    this.#seen = seen;
  }
}

/** Adds a key to a file, and answers with it: it is kept nowhere. Throws `usage`. */
export async function addKey(path: string, name: string): Promise<string> {
  if (!/^[\w.@-]{1,100}$/.test(name)) {
    throw new MaasError(
      'usage',
      `"${name}" cannot name a key, expected letters, digits, ".", "_", "@" and "-"`,
    );
  }
  const before = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw notReadable(path, error);
  });
  if (parseKeys(before, path).some((key) => key.name === name)) {
    throw new MaasError('usage', `${path} has a key "${name}" already`, { hint: 'take its line out first' });
  }
  const { key, line } = newKey(name);
  await appendFile(path, `${before === '' || before.endsWith('\n') ? '' : '\n'}${line}\n`, { mode: 0o600 });
  return key;
}

const read = (path: string) =>
  readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw notReadable(path, error);
  });

const notReadable = (path: string, cause: NodeJS.ErrnoException) =>
  new MaasError('usage', `the keys ${path} cannot be read (${cause.code})`, { cause });
