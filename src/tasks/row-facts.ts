import type { Example } from '../data/examples.js';
import { Numbered } from '../data/numbered.js';
import type { Places } from '../data/places.js';
import { type Groups, groupsOfNumbers, groupsOfValues } from '../metrics/groups.js';
import { GrowableU32 } from '../sparse/growable.js';
import { scriptNames, scriptOf } from '../text/scripts.js';

/** What rows are divided by without being asked: the UTF-16 units of the text, and the script of most of its letters. */
export const automaticSlices = ['text_length', 'script'] as const;
const automatic: readonly string[] = automaticSlices;

/** Where rows stand, and what they can be divided by: numbers for each row, and no text. */
export class RowFacts {
  /** Columns of the files that rows are divided by, too. */
  readonly columns: readonly string[];
  readonly #file = new GrowableU32();
  readonly #row = new GrowableU32();
  readonly #line = new GrowableU32();
  readonly #units = new GrowableU32();
  readonly #scripts = new GrowableU32();
  readonly #values: { names: Numbered; of: GrowableU32 }[];

  constructor(private readonly asked: readonly string[] = []) {
    this.columns = [...new Set(asked)].filter((name) => !automatic.includes(name));
    this.#values = this.columns.map(() => ({ names: new Numbered(), of: new GrowableU32() }));
  }

  add({ text, file, row, line, others }: Example): void {
    this.#file.push(file);
    this.#row.push(row);
    this.#line.push(line);
    this.#units.push(text.length);
    this.#scripts.push(scriptOf(text));
    this.#values.forEach(({ names, of }, column) => {
      of.push(names.of(others[column]!));
    });
  }

  get places(): Places {
    return { file: this.#file.view(), row: this.#row.view(), line: this.#line.view() };
  }

  /** The rows' groups; those by which all rows are alike say nothing, unless they were asked for. */
  divisions(): Groups[] {
    const scripts = new Numbered();
    const ofScripts = this.#scripts.view().map((script) => scripts.of(scriptNames[script]!));
    const byItself = [
      groupsOfNumbers('text_length', Float64Array.from(this.#units.view())),
      groupsOfValues('script', scripts.names, ofScripts),
    ];
    const asked = this.#values.map(({ names, of }, column) =>
      groupsOfValues(this.columns[column]!, names.names, of.view()),
    );
    return [...asked, ...byItself.filter(({ by, names }) => names.length > 1 || this.asked.includes(by))];
  }
}
