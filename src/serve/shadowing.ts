import type { Listener } from '../progress.js';
import type { Hosting } from './hosting.js';
import { label } from './metrics.js';
import type { Monitoring } from './monitoring.js';
import type { ServedVersion } from './served.js';

/** Texts that may wait for a shadow; what comes then is left out. */
const WAITING = 1000;
const TIMEOUT_MS = 10_000;

/** Asks other versions of a model what it was asked, once it has answered, and counts where they say something else. */
export class Shadowing {
  readonly #queue: { shadow: ServedVersion; of: string; texts: readonly string[]; said: string[] }[] = [];
  #texts = 0;
  #busy = false;

  constructor(
    private readonly shadows: Hosting,
    private readonly monitoring: Monitoring,
    private readonly listener: Listener,
  ) {}

  compare(version: ServedVersion, texts: readonly string[], probabilities: Float64Array): void {
    for (const { name, versions } of this.shadows.models) {
      if (name !== version.model) continue;
      for (const shadow of versions) {
        if (shadow.reference === version.reference) continue;
        const of = `${label('model', name)},${label('version', version.version)},${label('shadow', shadow.version)}`;
        if (this.#texts + texts.length > WAITING) {
          this.monitoring.dropped.add(of, texts.length);
          continue;
        }
        this.#queue.push({ shadow, of, texts, said: labelsOf(version, probabilities) });
        this.#texts += texts.length;
      }
    }
    if (this.#busy || this.#queue.length === 0) return;
    this.#busy = true;
    setImmediate(() => this.#work());
  }

  /** One request after the other; those who ask have a turn between them. */
  async #work(): Promise<void> {
    for (let next = this.#queue.shift(); next; next = this.#queue.shift()) {
      const { shadow, of, texts, said } = next;
      this.#texts -= texts.length;
      try {
        const answers = labelsOf(shadow, await shadow.probabilities(texts, TIMEOUT_MS));
        this.monitoring.shadowed.add(of, texts.length);
        this.monitoring.disagreements.add(of, answers.filter((answer, i) => answer !== said[i]).length);
      } catch (error) {
        this.monitoring.dropped.add(of, texts.length);
        this.listener.warn?.(`the shadow ${shadow.reference} has failed: ${(error as Error).message}`);
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.#busy = false;
  }
}

function labelsOf(version: ServedVersion, probabilities: Float64Array): string[] {
  const classes = version.labels.length;
  return Array.from(
    { length: probabilities.length / classes },
    (_, row) => version.labels[version.decide(probabilities, row * classes)]!,
  );
}
