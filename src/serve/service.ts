import type { Listener } from '../progress.js';
import type { Hosting } from './hosting.js';
import { Refusal } from './refusal.js';
import type { ServedVersion } from './served.js';

/** What bounds the work that a request may ask for. */
export interface Limits {
  /** Texts of a request. */
  maxTexts: number;
  /** Bytes of a body. */
  bodyLimit: number;
  /** Milliseconds that an answer may take. */
  timeoutMs: number;
}

export const defaultLimits: Limits = { maxTexts: 1000, bodyLimit: 1 << 20, timeoutMs: 30_000 };

/** What every protocol answers with, HTTP or gRPC: the versions that are served, and the one way to have texts scored. */
export class Service {
  constructor(
    readonly hosting: Hosting,
    readonly limits: Limits = defaultLimits,
    readonly listener: Listener = {},
  ) {}

  /**
   * Class probabilities, row-major [texts, labels], of texts of a request. Throws a refusal for more texts than a request may
   * have (413).
   */
  score(version: ServedVersion, texts: readonly string[]): Float64Array | Promise<Float64Array> {
    const { maxTexts } = this.limits;
    if (texts.length > maxTexts) {
      throw new Refusal(413, `there are ${texts.length} texts, expected ${maxTexts} at the most`);
    }
    return version.probabilities(texts);
  }
}
