import type { AnyPipeline } from '../pipeline.js';
import type { Listener } from '../progress.js';
import type { Beside } from '../store/state-files.js';
import { Store } from '../store/store.js';
import { Follower } from './following.js';
import { Refusal } from './refusal.js';
import type { ServedVersion } from './served.js';

/** What each token of a text contributes to a class, by its number, as plain data. */
export type Explain = (pipeline: AnyPipeline, text: string, classNumber: number) => Promise<object>;

export interface HostingOptions extends Beside {
  store: string;
  /** References of what is served: `name` (its newest version), `name@7`, `name@champion`, the path of a version's folder. */
  models: readonly string[];
  /** How texts are explained, if they are. */
  explain?: Explain | undefined;
}

/** A model that is served, with its versions that are. */
export interface HostedModel {
  name: string;
  /** What answers where no version is named. */
  current: ServedVersion;
  /** Rising. */
  versions: ServedVersion[];
  /** Aliases that are served, and the version that each names now. */
  aliases: Record<string, number>;
}

/**
 * The versions that are served. A reference to an alias or to the newest version is followed: within a quarter of a second the
 * version that it names now is loaded, and then takes the place of the other, which ends what it has begun.
 */
export class Hosting {
  readonly explain: Explain | undefined;
  readonly #follower: Follower;
  /** By every reference that is answered; the default under ''. */
  #served = new Map<string, ServedVersion>();
  #models: HostedModel[] = [];
  #draining = false;

  private constructor(
    readonly options: HostingOptions,
    listener: Listener,
  ) {
    this.explain = options.explain;
    this.#follower = new Follower(new Store(options.store), options, listener, () => this.#settle());
  }

  /** Loads what the references name; without any, the model whose version was published last. Throws `artifact`, `device`. */
  static async open(options: HostingOptions, listener: Listener = {}): Promise<Hosting> {
    const hosting = new Hosting(options, listener);
    const references = options.models.length > 0 ? [...new Set(options.models)] : [undefined];
    // one after the other, since each may take much memory while it is read
    for (const reference of references) await hosting.#follower.follow(reference);
    hosting.#settle();
    hosting.#follower.begin();
    return hosting;
  }

  /** Whether requests are welcome. */
  get ready(): boolean {
    return !this.#draining;
  }

  /** Every model that is served, in the order in which they were named. */
  get models(): readonly HostedModel[] {
    return this.#models;
  }

  /** The version that a reference names now; the default without one. Throws a refusal (404) for what is not served. */
  find(reference = ''): ServedVersion {
    return this.#served.get(reference) ?? this.#refuse(reference);
  }

  /** The model of this name. Throws a refusal (404). */
  model(name: string): HostedModel {
    return this.#models.find((model) => model.name === name) ?? this.#refuse(name);
  }

  /** Whether this version answers under some reference. */
  isServed(reference: string): boolean {
    return this.#served.has(reference);
  }

  /** Has `ready` say no from now on. */
  drain(): void {
    this.#draining = true;
  }

  /** Follows no reference any more. */
  close(): void {
    this.#follower.end();
  }

  #refuse(reference: string): never {
    const served = [...this.#served.keys()].filter((name) => name !== '').sort();
    throw new Refusal(404, `"${reference}" is not served here, expected one of ${served.join(', ')}`);
  }

  /** Makes the table of what is served from what the references name now, in one step. */
  #settle(): void {
    const served = new Map<string, ServedVersion>();
    const models = new Map<string, HostedModel>();
    const add = (reference: string, version: ServedVersion) => {
      if (!served.has(reference)) served.set(reference, version);
    };
    for (const { version, alias } of this.#follower.followed) {
      const name = version.model;
      add('', version);
      add(name, version);
      add(version.reference, version);
      const model = models.get(name) ?? { name, current: version, versions: [], aliases: {} };
      models.set(name, model);
      if (!model.versions.some((other) => other.version === version.version)) model.versions.push(version);
      if (alias === undefined) continue;
      add(`${name}@${alias}`, version);
      model.aliases[alias] = version.version;
    }
    for (const { versions } of models.values()) versions.sort((a, b) => a.version - b.version);
    this.#served = served;
    this.#models = [...models.values()];
  }
}
