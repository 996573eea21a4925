import { closeSync, openSync, writeSync } from 'node:fs';
import { readdir, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MaasError } from '../errors.js';
import { makeFolder } from './artifact.js';

const FORMAT = 'maas-search 1';
const ANEW = 'search anew without --resume';

/**
 * What a search has found so far: a file of JSON lines in the store, to which each finding is written as it is made, so that
 * a process that is killed loses none. `fingerprint` stands for everything that findings depend on.
 */
export class Journal<T> {
  readonly path: string;
  readonly #folder: string;
  #file: number | undefined;

  constructor(
    root: string,
    private readonly model: string,
    private readonly fingerprint: string,
  ) {
    this.#folder = join(root, 'searches');
    this.path = join(this.#folder, `${model}.jsonl`);
  }

  /** Begins anew. What an earlier search has found is set aside; answers with where, and how many findings it has. */
  async start(): Promise<{ path: string; findings: number } | undefined> {
    await makeFolder(this.#folder);
    const before = await this.#setAside();
    await writeFile(this.path, `${JSON.stringify({ format: FORMAT, fingerprint: this.fingerprint })}\n`);
    this.#file = openSync(this.path, 'a');
    return before;
  }

  /**
   * Goes on with what is there or was set aside, and answers with it; undefined where nothing is, and nothing is begun. A line
   * that was cut short goes. Throws `artifact` for what another search wrote.
   */
  async resume(): Promise<T[] | undefined> {
    await this.#fetchOwn();
    const content = await contentOf(this.path);
    const end = (content?.lastIndexOf('\n') ?? -1) + 1;
    if (!content || end === 0) return undefined;
    const [head, ...entries] = content
      .toString('utf8', 0, end)
      .trimEnd()
      .split('\n')
      .map((line) => this.#parsed(line));
    const { format, fingerprint } = head as { format?: string; fingerprint?: string };
    if (format !== FORMAT) throw this.#unknown();
    if (fingerprint !== this.fingerprint) {
      throw new MaasError('artifact', `${this.path} was left by a search with other data or settings`, {
        hint: `repeat that command with --resume, or ${ANEW}, which sets it aside`,
      });
    }
    if (end < content.length) await truncate(this.path, end);
    this.#file = openSync(this.path, 'a');
    return entries as T[];
  }

  append(entry: T): void {
    writeSync(this.#file!, `${JSON.stringify(entry)}\n`);
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  /** Removes it: the search is over. */
  async remove(): Promise<void> {
    this.close();
    await rm(this.path, { force: true });
  }

  /** Where earlier searches of the model were set aside, by their numbers. */
  async #asides(): Promise<Map<number, string>> {
    // no name of a model has a ~
    const named = await readdir(this.#folder).catch(() => []);
    const own = named.filter((name) => name.startsWith(`${this.model}~`) && name.endsWith('.jsonl'));
    return new Map(own.map((name) => [Number.parseInt(name.slice(this.model.length + 1), 10), name]));
  }

  async #setAside(): Promise<{ path: string; findings: number } | undefined> {
    const findings = lines(await contentOf(this.path)) - 1;
    if (findings < 1) return undefined;
    const number = 1 + Math.max(0, ...(await this.#asides()).keys());
    const path = join(this.#folder, `${this.model}~${number}.jsonl`);
    await rename(this.path, path);
    return { path, findings };
  }

  /** Brings back what the same search was set aside with, where that is more than stands here. */
  async #fetchOwn(): Promise<void> {
    const head = `"fingerprint":"${this.fingerprint}"}\n`;
    const found = async (path: string) => {
      const content = await contentOf(path);
      return content?.subarray(0, 512).includes(head) ? lines(content) : 0;
    };
    let [most, best] = [await found(this.path), this.path];
    for (const name of (await this.#asides()).values()) {
      const path = join(this.#folder, name);
      const count = await found(path);
      if (count > most) [most, best] = [count, path];
    }
    if (best === this.path) return;
    await this.#setAside();
    await rename(best, this.path);
  }

  #parsed(line: string): unknown {
    try {
      return JSON.parse(line);
    } catch {
      throw this.#unknown();
    }
  }

  #unknown = () => new MaasError('artifact', `${this.path} is no search of this maas`, { hint: ANEW });
}

const contentOf = (path: string): Promise<Buffer | undefined> =>
  readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });

const lines = (content: Buffer | undefined): number =>
  content ? content.reduce((count, byte) => count + (byte === 10 ? 1 : 0), 0) : 0;
