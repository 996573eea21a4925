import type { Explain } from '../serve/hosting.js';
import type { Listening, ServeListener, ServeOptions as StartOptions } from '../serve/start.js';

export { addKey } from '../serve/key-file.js';
export type { ServeListener } from '../serve/start.js';
export type { Answered } from '../serve/under-way.js';

export interface ServeOptions extends StartOptions {
  /** Processes that answer; with 1 this one does. More run `serving-worker.ts`. */
  workers: number;
}

/** A service that answers. */
export interface Serving extends Listening {
  /** Ends it: what was asked is answered first. */
  stop(): Promise<void>;
}

/** Answers predictions over HTTP, and gRPC if that is asked for. Throws `artifact`, `device`, and `usage` for an address that cannot be had. */
export async function serve(
  { workers, ...options }: ServeOptions,
  listener: ServeListener = {},
): Promise<Serving> {
  if (workers > 1) {
    const { Workers } = await import('../serve/workers.js');
    // found from the sources as well
    const script = new URL('../../dist/tasks/serving-worker.js', import.meta.url);
    return Workers.start(script, workers, options, listener);
  }
  const { start } = await import('../serve/start.js');
  const explain: Explain = async (...asked) => (await import('../explain/explanation.js')).explain(...asked);
  return start(options, explain, listener);
}
