import type { Answered, ServeListener } from '../tasks/serve.js';

/** How long lines may wait for others, and how much of them at the most, in characters. */
const [WAIT_MS, MOST] = [100, 1 << 16];

/** What happens while a service runs, as lines of JSON on stderr: never a text that was asked about. */
export class ServeLog implements ServeListener {
  #lines = '';
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly quiet: boolean) {}

  info(message: string): void {
    if (!this.quiet) this.#write({ level: 'info', message });
  }

  warn(message: string): void {
    this.#write({ level: 'warn', message });
  }

  answered({ requestId, method, endpoint, status, seconds, key }: Answered): void {
    const ms = Math.round(seconds * 1e6) / 1e3;
    this.#write({
      level: 'info',
      message: 'request',
      request_id: requestId,
      method,
      endpoint,
      status,
      ms,
      key,
    });
  }

  /** Writes what waits. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#lines !== '') process.stderr.write(this.#lines);
    this.#lines = '';
  }

  #write(line: object): void {
    this.#lines += `${JSON.stringify({ time: new Date().toISOString(), ...line })}\n`;
    if (this.#lines.length > MOST) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), WAIT_MS);
  }
}
