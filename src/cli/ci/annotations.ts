import { relative, resolve, sep } from 'node:path';

/** A line of a file that a message is about. */
export interface Place {
  file: string;
  line?: number | undefined;
}

export type Level = 'error' | 'warning';

/** GitHub shows no more than ten of each level for a step. */
const SHOWN = 10;
/** Warnings about lines, so that one about all of them finds room behind. */
const LINES = 8;

/**
 * Messages as GitHub's workflow commands, which annotate files and are shown above the log. The runner reads them on
 * stderr as it does on stdout.
 */
export class Annotations {
  readonly #count = { error: 0, warning: 0 };

  /** @param workspace the folder of the checkout, which annotated files are named from */
  constructor(private readonly workspace: string) {}

  /** The message as a command; undefined where GitHub would not show it any more. */
  annotation(level: Level, message: string, place?: Place, title?: string): string | undefined {
    if (this.#count[level] >= (level === 'warning' && place ? LINES : SHOWN)) return undefined;
    this.#count[level]++;
    return workflowCommand(level, message, {
      ...(place && this.#inside(place)),
      ...(title !== undefined && { title }),
    });
  }

  #inside({ file, line }: Place): Record<string, string> {
    const path = relative(this.workspace, resolve(file));
    const inside = path.startsWith('..') ? resolve(file) : path;
    return { file: inside.split(sep).join('/'), ...(line !== undefined && { line: String(line) }) };
  }
}

/** "::warning file=a.csv,line=3::its text is empty", with what would end a property or the line escaped. */
export function workflowCommand(level: Level, message: string, properties: Record<string, string>): string {
  const told = Object.entries(properties).map(([name, value]) => `${name}=${escapedProperty(value)}`);
  return `::${level}${told.length > 0 ? ` ${told.join(',')}` : ''}::${escaped(message)}`;
}

const escaped = (text: string) => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');

const escapedProperty = (text: string) => escaped(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
