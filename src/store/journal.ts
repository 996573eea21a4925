import { closeSync, openSync, writeSync } from 'node:fs';
import { readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
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
  #file: number | undefined;

  constructor(
    root: string,
    model: string,
    private readonly fingerprint: string,
  ) {
    this.path = join(root, 'searches', `${model}.jsonl`);
  }

  /** Begins anew; what was there is gone. */
  async start(): Promise<void> {
    await makeFolder(dirname(this.path));
    await writeFile(this.path, `${JSON.stringify({ format: FORMAT, fingerprint: this.fingerprint })}\n`);
    this.#file = openSync(this.path, 'a');
  }

  /**
   * Goes on with what is there, and answers with it; undefined where nothing is, and nothing is begun. A line that was cut
   * short goes. Throws `artifact` for what another search wrote.
   */
  async resume(): Promise<T[] | undefined> {
    const content = await readFile(this.path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
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
        hint: `repeat that command with --resume, or ${ANEW}`,
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

  #parsed(line: string): unknown {
    try {
      return JSON.parse(line);
    } catch {
      throw this.#unknown();
    }
  }

  #unknown = () => new MaasError('artifact', `${this.path} is no search of this maas`, { hint: ANEW });
}
