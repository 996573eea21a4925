import type { FeatureFit } from '../../features/fits.js';
import type { Texts } from '../../text/batch.js';
import { openCollector } from '../prepare.js';
import type { Decided } from '../recipe.js';

/** Keeps the texts of all rows, to be cut into terms in several ways, in memory that threads share. */
export class KeptTexts {
  #texts: string[] = [];
  #units = 0;

  add(text: string): void {
    this.#texts.push(text);
    this.#units += text.length;
  }

  /** UTF-16 units so far. */
  get units(): number {
    return this.#units;
  }

  /** The texts one behind the other. They are not kept any longer. */
  finish(): Texts {
    const memory = new SharedArrayBuffer(2 * this.#units);
    const ends = new Uint32Array(new SharedArrayBuffer(4 * this.#texts.length));
    const bytes = Buffer.from(memory);
    let at = 0;
    this.#texts.forEach((text, r) => {
      bytes.write(text, 2 * at, 'utf16le');
      at += text.length;
      ends[r] = at;
    });
    this.#texts = [];
    return { units: new Uint16Array(memory), ends };
  }
}

/** The text of a row. */
export function textOf({ units, ends }: Texts, row: number): string {
  const from = row === 0 ? 0 : ends[row - 1]!;
  const bytes = Buffer.from(units.buffer, units.byteOffset, units.byteLength);
  return bytes.toString('utf16le', 2 * from, 2 * ends[row]!);
}

/** UTF-16 units that are gathered at a time. */
const BATCH = 1 << 18;

/** The texts of these rows, some at a time. */
export function* batchesOf({ units, ends }: Texts, rows: Uint32Array): Generator<Texts> {
  const start = (row: number) => (row === 0 ? 0 : ends[row - 1]!);
  for (let from = 0; from < rows.length; ) {
    let length = 0;
    let to = from;
    do length += ends[rows[to]!]! - start(rows[to++]!);
    while (to < rows.length && length < BATCH);
    const batch = { units: new Uint16Array(length), ends: new Uint32Array(to - from) };
    let at = 0;
    for (let i = from; i < to; i++) {
      const row = rows[i]!;
      batch.units.set(units.subarray(start(row), ends[row]!), at);
      at += ends[row]! - start(row);
      batch.ends[i - from] = at;
    }
    yield batch;
    from = to;
  }
}

/** Counts the terms of all texts. */
export async function collectKept(
  texts: Texts,
  settings: Decided,
  threads: number | undefined,
): Promise<FeatureFit> {
  const collector = await openCollector(settings, threads);
  try {
    for (let row = 0; row < texts.ends.length; row++) {
      collector.add(textOf(texts, row));
      if (row % 256 === 0) await collector.caughtUp();
    }
    return await collector.finish();
  } finally {
    await collector.stop();
  }
}
