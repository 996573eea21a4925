import { appendFile } from 'node:fs/promises';
import { MaasError } from '../../errors.js';
import type { Listener } from '../../progress.js';
import { type Output, openOutput } from '../output.js';
import type { CiFacts } from './facts.js';
import { junit, junitError } from './junit.js';
import { openMetrics } from './openmetrics.js';
import { stepOutputs } from './outputs.js';
import type { CiPlaces } from './places.js';
import { failure, summary } from './summary.js';

/** Tells a CI what came of one command. Files are opened before its work, so that one that cannot be written is told then. */
export class CiTelling {
  private constructor(
    private readonly command: string,
    private readonly places: CiPlaces,
    private readonly files: Partial<Record<'summary' | 'openmetrics' | 'junit', Output>>,
    private readonly listener: Listener,
  ) {}

  /** Throws `usage` for standard output, and for a file that cannot be written. */
  static async open(command: string, places: CiPlaces, listener: Listener): Promise<CiTelling> {
    const files: CiTelling['files'] = {};
    try {
      for (const name of ['summary', 'openmetrics', 'junit'] as const) {
        const path = places[name];
        if (path === undefined) continue;
        if (path === '-') {
          throw new MaasError(
            'usage',
            `standard output carries the result alone, expected a file for --${name}`,
          );
        }
        files[name] = await openOutput(path);
      }
    } catch (error) {
      for (const file of Object.values(files)) await file.discard();
      throw error;
    }
    return new CiTelling(command, places, files, listener);
  }

  async done(facts: CiFacts): Promise<void> {
    const markdown = summary(this.command, facts, this.places.run);
    await this.#add(this.places.stepSummary, markdown);
    await this.#add(this.places.stepOutputs, stepOutputs(facts));
    await this.files.summary?.close(markdown);
    await this.files.openmetrics?.close(openMetrics(facts));
    await this.files.junit?.close(junit(this.command, facts));
  }

  /** The command came to nothing: there are no figures, and whoever reads the files is told why. */
  async failed(error: Error): Promise<void> {
    const hint = error instanceof MaasError ? error.hint : undefined;
    const markdown = failure(this.command, error.message, hint);
    await this.#add(this.places.stepSummary, markdown);
    await this.files.summary?.close(markdown);
    await this.files.openmetrics?.discard();
    await this.files.junit?.close(junitError(this.command, error));
  }

  /** What the environment names and cannot be written is no reason for work to fail. */
  async #add(path: string | undefined, text: string): Promise<void> {
    if (path === undefined) return;
    await appendFile(path, text).catch((error: NodeJS.ErrnoException) =>
      this.listener.warn?.(`${path} cannot be written (${error.code})`),
    );
  }
}
