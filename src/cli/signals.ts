import { MaasError } from '../errors.js';
import { discardUnfinished } from '../store/aside.js';
import { errorAsJson } from './rows.js';
import type { Terminal } from './terminal.js';

/**
 * Ctrl-C removes what is half-written, and is told like an error; a reader of stdout that has gone away ends the work without
 * a word. `asked` is how the answer is wanted, once that is known.
 */
export function endOnSignals(asked: () => { terminal: Terminal; json: boolean }): void {
  const end = (code: number): never => {
    discardUnfinished();
    process.exit(code);
  };
  const endOn = (signal: NodeJS.Signals, code: number) =>
    process.once(signal, () => {
      const { terminal, json } = asked();
      if (terminal.inOrder) return terminal.inOrder(signal);
      terminal.stop();
      const hint = terminal.toGoOn;
      if (hint) process.stderr.write(`${hint}\n`);
      if (!json) return end(code);
      const error = new MaasError('interrupted', `interrupted by ${signal}`, { ...(hint && { hint }) });
      // behind rows that wait for a slow reader
      process.stdout.write(asJson(error, terminal), () => end(code));
    });
  endOn('SIGINT', 130);
  endOn('SIGTERM', 143);
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') end(141);
    process.stderr.write(`error: standard output cannot be written (${error.code})\n`);
    end(1);
  });
  // a reader of stderr that has gone away misses progress and warnings, no more
  process.stderr.on('error', () => {});
}

const asJson = (error: MaasError, { closing }: Terminal): string =>
  closing ? closing(error) : `${JSON.stringify({ error: errorAsJson(error) })}\n`;
