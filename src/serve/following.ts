import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { MaasError } from '../errors.js';
import type { Listener } from '../progress.js';
import type { Beside } from '../store/state-files.js';
import type { Store } from '../store/store.js';
import { ServedVersion } from './served.js';

/** Milliseconds between two looks at the folders of the models. */
const LOOK_MS = 200;
/** A folder that changed so recently may change again without its time telling so. */
const SETTLED_MS = 100;

/** A reference, and the version that it names now. */
export interface Followed {
  /** Without one, the model whose version was published last when the service began. */
  reference: string;
  alias: string | undefined;
  version: ServedVersion;
}

interface Watched extends Followed {
  /** The folder that holds the model's versions and aliases; nothing for what is named by its folder. */
  home: string | undefined;
}

/** Holds references to what they name in the store. */
export class Follower {
  readonly #watched: Watched[] = [];
  /** When each folder had changed, as it was last looked at. */
  readonly #seen = new Map<string, string>();
  #timer: NodeJS.Timeout | undefined;
  #trouble: string | undefined;
  #ended = false;

  constructor(
    private readonly store: Store,
    private readonly beside: Beside,
    private readonly listener: Listener,
    private readonly changed: () => void,
  ) {}

  /** In the order in which they were named. */
  get followed(): readonly Followed[] {
    return this.#watched;
  }

  /** Loads what a reference names, and follows it from `begin` on. Throws `artifact`, `device`. */
  async follow(reference: string | undefined): Promise<void> {
    const artifact = await this.store.open(reference, this.listener);
    const version = await this.#load(artifact);
    const byFolder = reference !== undefined && (/[\\/]/.test(reference) || reference.startsWith('.'));
    const [, named] = byFolder ? [] : (reference?.split(/@(.*)/s) ?? []);
    const number = named !== undefined && /^[1-9][0-9]*$/.test(named);
    this.#watched.push({
      reference: reference ?? version.model,
      alias: number ? undefined : named,
      version,
      home: byFolder || number ? undefined : dirname(artifact.folder),
    });
  }

  begin(): void {
    if (!this.#watched.some(({ home }) => home)) return;
    this.#timer = setTimeout(async () => {
      await this.#look();
      if (!this.#ended) this.begin();
    }, LOOK_MS).unref();
  }

  end(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
  }

  /** Loads what references name by now, where that is another version. What cannot be loaded is told, and tried again. */
  async #look(): Promise<void> {
    let moved = false;
    let trouble: string | undefined;
    for (const home of new Set(this.#watched.flatMap(({ home }) => home ?? []))) {
      try {
        const { mtimeNs, mtimeMs } = await stat(home, { bigint: true });
        if (this.#seen.get(home) === String(mtimeNs)) continue;
        for (const watched of this.#watched) {
          if (watched.home === home && (await this.#follow(watched))) moved = true;
        }
        if (Date.now() - Number(mtimeMs) > SETTLED_MS) this.#seen.set(home, String(mtimeNs));
      } catch (error) {
        const { message } = error as Error;
        if (!(error instanceof MaasError) && (error as NodeJS.ErrnoException).code === undefined) throw error;
        trouble = trouble === undefined ? message : `${trouble}; ${message}`;
      }
    }
    if (moved) this.changed();
    if (trouble !== undefined && trouble !== this.#trouble) {
      this.listener.warn?.(`${trouble}; what was served goes on`);
    }
    this.#trouble = trouble;
  }

  /** Loads the version that a reference names by now, if it is another one, and says whether it is. */
  async #follow(watched: Watched): Promise<boolean> {
    const artifact = await this.store.open(watched.reference, this.listener);
    if (artifact.folder === watched.version.folder) return false;
    const before = watched.version.reference;
    watched.version = await this.#load(artifact);
    this.listener.info?.(`${watched.reference} is ${watched.version.reference} now, before ${before}`);
    return true;
  }

  /** A version in memory; one for all references to it. */
  async #load(artifact: Parameters<typeof ServedVersion.open>[0]): Promise<ServedVersion> {
    const loaded = this.#watched.find(({ version }) => version.folder === artifact.folder)?.version;
    return loaded ?? ServedVersion.open(artifact, this.beside);
  }
}
