import { Chalk, type ChalkInstance } from 'chalk';
import type { Ora } from 'ora';
import type { Listener, Step } from '../progress.js';
import { Annotations, type Level, type Place } from './ci/annotations.js';

export interface TerminalOptions {
  quiet: boolean;
  verbose: boolean;
  color: boolean;
  /** The folder of the checkout, where warnings and errors become annotations of GitHub. */
  annotations?: string | undefined;
}

/** How often a running stage says a line where there is no spinner. */
const PATIENCE_MS = 5000;

/** Everything that people see: progress and warnings on stderr, and the style of results on stdout. */
export class Terminal implements Listener {
  /** Colours for stdout. */
  readonly style: ChalkInstance;
  readonly #errStyle: ChalkInstance;
  readonly #spins: boolean;
  readonly #annotations: Annotations | undefined;
  /** Set once an error has been told on stdout, inside of what stood there already. */
  toldOnStdout = false;
  /** What ends the JSON that stands on stdout, with an error inside, while it is being written. */
  closing: ((error: unknown) => string) | undefined;
  /** How to go on with work that is interrupted now. */
  toGoOn: string | undefined;
  /** What a signal begins where work ends in order, not at once. */
  inOrder: ((signal: NodeJS.Signals) => void) | undefined;
  #spinner: Ora | undefined;
  #stage = '';
  #stageStart = 0;
  #lastLine = 0;

  constructor(readonly options: TerminalOptions) {
    const forced = process.env.FORCE_COLOR !== undefined && process.env.FORCE_COLOR !== '0';
    const refused = !options.color || (process.env.NO_COLOR !== undefined && process.env.NO_COLOR !== '');
    const styled = (stream: NodeJS.WriteStream) =>
      new Chalk({ level: refused ? 0 : forced || stream.isTTY ? 1 : 0 });
    this.style = styled(process.stdout);
    this.#errStyle = styled(process.stderr);
    // a terminal without a width would be filled with the lines that the spinner thinks it wrapped
    const wide = process.stderr.isTTY === true && process.stderr.columns > 0;
    if (options.annotations !== undefined) this.#annotations = new Annotations(options.annotations);
    this.#spins = wide && !process.env.CI && !options.quiet;
  }

  /** Loads the spinner where one will be shown. */
  async prepare(): Promise<void> {
    if (!this.#spins) return;
    const { default: ora } = await import('ora');
    // without discardStdin the spinner would put the terminal into a mode in which Ctrl-C is late
    this.#spinner = ora({ stream: process.stderr, discardStdin: false, isEnabled: true });
  }

  step(step: Step): void {
    if (this.options.quiet) return;
    const now = performance.now();
    const entered = step.stage !== this.#stage;
    if (entered) {
      this.#stage = step.stage;
      this.#stageStart = now;
    }
    if (this.#spinner) {
      this.#spinner.text = this.#sentence(step, now);
      if (!this.#spinner.isSpinning) this.#spinner.start();
      else this.#spinner.render();
    } else if (entered ? step.done === undefined : now - this.#lastLine > PATIENCE_MS) {
      this.#line(this.#sentence(step, now));
      this.#lastLine = now;
    }
  }

  warn(message: string, place?: Place): void {
    if (this.options.quiet) return;
    this.#line(
      this.#annotation('warning', message, place) ?? `${this.#errStyle.yellow('warning:')} ${message}`,
    );
  }

  info(message: string): void {
    if (!this.options.quiet) this.#line(message);
  }

  /** Says what went wrong, in short. */
  fail(message: string, hint: string | undefined, place?: Place): void {
    this.stop();
    const told = this.#annotation('error', message, place) ?? `${this.#errStyle.red('error:')} ${message}`;
    process.stderr.write(`${told}\n`);
    if (hint) process.stderr.write(`${this.#errStyle.cyan('hint:')} ${hint}\n`);
  }

  /** Takes the spinner away, so that the result can be printed. */
  stop(): void {
    this.#spinner?.stop();
  }

  #annotation(level: Level, message: string, place: Place | undefined): string | undefined {
    return this.#annotations?.annotation(level, message, place);
  }

  #sentence({ stage, done, total, unit, note }: Step, now: number): string {
    const count = done === undefined ? '' : ` ${done.toLocaleString('en-US')}`;
    const of = total === undefined ? '' : ` of ${total.toLocaleString('en-US')}`;
    const seconds = (now - this.#stageStart) / 1000;
    const time = seconds >= 1 ? ` (${seconds.toFixed(0)} s)` : '';
    return `${stage}${count}${of}${unit ? ` ${unit}` : ''}${note ? `, ${note}` : ''}${time}`;
  }

  #line(text: string): void {
    const spinning = this.#spinner?.isSpinning;
    if (spinning) this.#spinner!.clear();
    process.stderr.write(`${text}\n`);
    if (spinning) this.#spinner!.render();
  }
}

/** Columns of text under a heading; numbers to the right, the rest to the left. */
export function textTable(
  style: ChalkInstance,
  head: string[],
  raw: string[][],
  right: boolean[] = [],
): string {
  // a line break or an escape sequence in a label would break the table, or the terminal
  const rows = raw.map((row) => row.map((cell) => cell.replace(/\p{Cc}/gu, '␣')));
  const widths = head.map((title, c) =>
    Math.max(...[title, ...rows.map((row) => row[c]!)].map(displayWidth)),
  );
  const line = (cells: string[]) =>
    cells
      .map((cell, c) => {
        const gap = ' '.repeat(widths[c]! - displayWidth(cell));
        return right[c] ? gap + cell : cell + gap;
      })
      .join('  ')
      .trimEnd();
  return [style.bold(line(head)), ...rows.map(line)].join('\n');
}

/** Columns a text takes on a terminal: East Asian wide characters take two, combining marks none. */
function displayWidth(text: string): number {
  let width = 0;
  for (const character of text.replace(/\p{M}/gu, '')) {
    width +=
      /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u.test(
        character,
      )
        ? 2
        : 1;
  }
  return width;
}
