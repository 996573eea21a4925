import type { Listener } from '../progress.js';
import type { Hosting } from './hosting.js';
import { Load } from './load.js';
import { type Family, merged } from './metrics.js';
import { Monitoring } from './monitoring.js';
import { Refusal } from './refusal.js';
import type { ServedVersion } from './served.js';
import { Shadowing } from './shadowing.js';

/** What bounds the work that requests may ask for. */
export interface Limits {
  /** Texts of a request. */
  maxTexts: number;
  /** Bytes of a body. */
  bodyLimit: number;
  /** Milliseconds that an answer may take, and a request may take to arrive. */
  timeoutMs: number;
  /** Requests that may be under way; more are refused. */
  maxPending: number;
  /** Milliseconds by which the process may be late; it refuses requests until it has caught up. */
  maxLagMs: number;
}

export const defaultLimits: Limits = {
  maxTexts: 1000,
  bodyLimit: 1_000_000,
  timeoutMs: 30_000,
  maxPending: 2000,
  maxLagMs: 1000,
};

/** UTF-16 units of a text that is explained: its words may be left out one after the other. */
export const EXPLAINED = 5000;

export interface ServiceOptions {
  limits?: Partial<Limits>;
  /** Versions that are asked the same as those that answer, of the same models. */
  shadows?: Hosting | undefined;
  listener?: Listener;
}

/** What every protocol answers with, HTTP or gRPC: the versions that are served, and the one way to have texts scored. */
export class Service {
  readonly limits: Limits;
  readonly listener: Listener;
  readonly monitoring = new Monitoring();
  readonly load = new Load();
  /** What all processes of the service have counted. */
  families: () => Promise<Family[]> = async () => merged([this.ownFamilies()]);
  readonly #shadowing: Shadowing | undefined;
  #explaining = false;

  constructor(
    readonly hosting: Hosting,
    { limits = {}, shadows, listener = {} }: ServiceOptions = {},
  ) {
    this.limits = { ...defaultLimits, ...limits };
    this.listener = listener;
    this.#shadowing = shadows && new Shadowing(shadows, this.monitoring, listener);
  }

  /** What this process has counted. */
  ownFamilies(): Family[] {
    return this.monitoring.families((reference) => this.hosting.isServed(reference));
  }

  /**
   * Class probabilities, row-major [texts, labels], of the texts of a request. Throws a refusal: for more texts than a request may
   * have (413), where too much waits (503), where it takes too long (504), where nobody waits any more (499, by the signal).
   */
  score(
    version: ServedVersion,
    texts: readonly string[],
    signal?: AbortSignal,
  ): Float64Array | Promise<Float64Array> {
    const { maxTexts, timeoutMs } = this.limits;
    if (texts.length > maxTexts) {
      throw new Refusal(413, `there are ${texts.length} texts, expected ${maxTexts} at the most`);
    }
    const scored = version.probabilities(texts, timeoutMs, signal);
    if (!(scored instanceof Promise)) return this.#noted(version, texts, scored);
    return scored.then((probabilities) => this.#noted(version, texts, probabilities));
  }

  #noted(version: ServedVersion, texts: readonly string[], probabilities: Float64Array): Float64Array {
    this.monitoring.predicted(version, texts, probabilities);
    this.#shadowing?.compare(version, texts, probabilities);
    return probabilities;
  }

  /** What each word of a text contributes to a class, as plain data. One text at a time is explained, others are refused (503). */
  async explain(version: ServedVersion, text: string, classNumber: number): Promise<object> {
    const { explain } = this.hosting;
    if (!explain) throw new Refusal(501, 'nothing is explained here');
    if (text.length > EXPLAINED) {
      throw new Refusal(
        413,
        `the text to explain has ${text.length} characters, expected ${EXPLAINED} at the most`,
      );
    }
    if (this.#explaining) throw new Refusal(503, 'another text is being explained', 1);
    this.#explaining = true;
    try {
      return await explain(version.pipeline, text, classNumber);
    } finally {
      this.#explaining = false;
    }
  }
}
