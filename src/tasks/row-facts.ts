import type { Example } from '../data/examples.js';
import { Numbered } from '../data/numbered.js';
import type { Places } from '../data/places.js';
import { type Groups, groupsOfNumbers, groupsOfValues } from '../metrics/groups.js';
import { GrowableU32 } from '../sparse/growable.js';
import { scriptNames, scriptOf } from '../text/scripts.js';
import type { SliceName } from './gate-syntax.js';

/** What rows are divided by without being asked: the UTF-16 units of the text, and the script of most of its letters. */
const automatic: readonly string[] = ['text_length', 'script'];

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
  readonly #asked: Set<string>;

  /** @param needed values that are told by themselves, however rare they are */
  constructor(
    asked: readonly string[] = [],
    private readonly needed: readonly SliceName[] = [],
  ) {
    this.#asked = new Set([...asked, ...needed.map(({ by }) => by)]);
    this.columns = [...this.#asked].filter((name) => !automatic.includes(name));
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

  /** UTF-16 units of each row's text. */
  get lengths(): Uint32Array {
    return this.#units.view();
  }

  /** The rows' groups; those by which all rows are alike say nothing, unless they were asked for. */
  divisions(): Groups[] {
    const scripts = new Numbered();
    const ofScripts = this.#scripts.view().map((script) => scripts.of(scriptNames[script]!));
    const byItself = [
      groupsOfNumbers('text_length', Float64Array.from(this.#units.view())),
      groupsOfValues('script', scripts.names, ofScripts),
    ];
    const asked = this.#values.map(({ names, of }, column) => {
      const name = this.columns[column]!;
      const needed = this.needed.flatMap(({ by, value }) => (by === name ? [value] : []));
      return groupsOfValues(name, names.names, of.view(), needed);
    });
    return [...asked, ...byItself.filter(({ by, names }) => names.length > 1 || this.#asked.has(by))];
  }
}
