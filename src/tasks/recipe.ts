import type { AnalyzerName } from '../text/analyzer.js';
import type { NgramRange } from '../text/ngrams.js';
import type { FeatureSettings, TrainSettings } from './settings.js';

/** Settings of features that leave nothing to the data. */
export type Decided<S extends FeatureSettings = FeatureSettings> = Omit<S, 'analyzer' | 'ngramRange'> & {
  analyzer: AnalyzerName;
  ngramRange: NgramRange;
};

/** Settings of a training whose features leave nothing to the data. */
export type Recipe = Decided<TrainSettings>;

/** UTF-16 units of text that tell in which script a file is written. */
const ENOUGH_TEXT = 1 << 16;

/** The texts that decide: the first ones, up to the one with which there is enough of them. */
export class DecidingTexts {
  readonly texts: string[] = [];
  #units = 0;

  get enough(): boolean {
    return this.#units >= ENOUGH_TEXT;
  }

  /** Takes the next text; one too many decides nothing. */
  add(text: string): void {
    if (this.enough) return;
    this.texts.push(text);
    this.#units += text.length;
  }
}

export const isDecided = (settings: FeatureSettings): settings is FeatureSettings & Decided =>
  settings.analyzer !== 'auto' && settings.ngramRange !== 'auto';

/** Decides what is left to the data, by its first texts. */
export function decide<S extends FeatureSettings>(settings: S, texts: readonly string[]): Decided<S> {
  const analyzer = settings.analyzer === 'auto' ? analyzerFor(texts) : settings.analyzer;
  const ngramRange = settings.ngramRange === 'auto' ? usualNgrams[analyzer] : settings.ngramRange;
  return { ...settings, analyzer, ngramRange };
}

const usualNgrams: Record<AnalyzerName, NgramRange> = { word: [1, 2], char: [1, 3], char_wb: [2, 5] };

/**
 * Scripts in which what stands between two spaces says little: a Korean word carries its particles, and the others put
 * no space between words. (Han and kana are words by themselves for the tokenizer `unicode`.)
 */
const unspaced = /[\p{sc=Hang}\p{sc=Thai}\p{sc=Laoo}\p{sc=Khmr}\p{sc=Mymr}]/gu;

/** Characters where most letters are of such a script, else words. */
function analyzerFor(texts: readonly string[]): AnalyzerName {
  let letters = 0;
  let inside = 0;
  for (const text of texts) {
    letters += text.match(/\p{L}/gu)?.length ?? 0;
    inside += text.match(unspaced)?.length ?? 0;
  }
  return inside > letters / 2 ? 'char' : 'word';
}
