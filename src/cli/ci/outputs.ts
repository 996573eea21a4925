import { randomUUID } from 'node:crypto';
import type { CiFacts } from './facts.js';

/** What later steps of a workflow are given by name. What is undefined is left out. */
export function stepOutputs({ evaluation, gates, promoted, comparison, ...facts }: CiFacts): string {
  const metrics = evaluation?.metrics;
  return outputLines({
    model: facts.model,
    version: facts.version,
    reference: `${facts.model}@${facts.version}`,
    path: facts.path,
    report: facts.report,
    rows: metrics?.n,
    accuracy: metrics?.accuracy,
    f1_macro: metrics?.f1_macro,
    log_loss: metrics?.log_loss,
    gates_passed: gates?.every(({ passed }) => passed),
    promoted: promoted === undefined ? undefined : promoted !== null,
    verdict: comparison?.verdict,
  });
}

/** Names and values as GitHub reads them: between lines that no value can know, whatever it holds. */
export function outputLines(values: Record<string, string | number | boolean | null | undefined>): string {
  const given = Object.entries(values).filter(([, value]) => value !== undefined && value !== null);
  return given
    .map(([name, value]) => {
      const end = `maas_${randomUUID()}`;
      return `${name}<<${end}\n${value}\n${end}\n`;
    })
    .join('');
}
