import { explain } from '../explain/explanation.js';
import type { Listener } from '../progress.js';
import { Hosting } from '../serve/hosting.js';
import { defaultLimits, type Limits, Service } from '../serve/service.js';
import type { Beside } from '../store/state-files.js';

export interface ServeOptions extends Beside {
  store: string;
  /** References of what is served; the version published last if there are none. */
  models: readonly string[];
  host: string;
  /** 0 for any that is free. */
  port: number;
  limits?: Partial<Limits>;
}

/** A service that answers. */
export interface Serving {
  url: string;
  /** What is served, as `name@7`. */
  versions: string[];
  /** Ends it: what was asked is answered first. */
  stop(): Promise<void>;
}

/** Serves versions over HTTP. Throws `artifact`, `device`, and `usage` for an address that cannot be had. */
export async function serve(options: ServeOptions, listener: Listener = {}): Promise<Serving> {
  const hosting = await Hosting.open({ ...options, explain }, listener);
  const service = new Service(hosting, { ...defaultLimits, ...options.limits }, listener);
  const { buildApp } = await import('../serve/app.js');
  const app = await buildApp(service);
  const url = await app.listen({ host: options.host, port: options.port });
  return {
    url,
    versions: hosting.models.flatMap(({ versions }) => versions.map(({ reference }) => reference)),
    async stop() {
      hosting.drain();
      await app.close();
      hosting.close();
    },
  };
}
