import type { PipelineState } from '../../pipeline.js';
import type { TermWeights } from './tfidf.js';

/** What makes rows of texts, if that takes anything; or why the operators of ONNX cannot. */
export type Expressed = { weights: TermWeights | undefined } | { reason: string };

/** Capital letters that not every ONNX Runtime knows the small ones of: those of Unicode 13 and later, and circled ones. */
const youngCapitals =
  /[\u1c89\u24b6-\u24cf\u2c2f\ua7c0-\ua7f6\u{10570}-\u{10595}\u{10d50}-\u{10d65}\u{16ea0}-\u{16eb8}]/u;

/** How a pipeline is written as operators that take texts, exactly. */
export function textWeights({ vectorizer, classifier }: PipelineState): Expressed {
  // the shares of the classes need no terms
  if (classifier.kind === 'majority') return { weights: undefined };
  const { analyzer } = vectorizer;
  if (vectorizer.kind === 'hashing') return { reason: 'ONNX has no operator that hashes terms as it does' };
  if (vectorizer.kind === 'embedding')
    return { reason: 'means of word vectors are not written as operators of ONNX' };
  if (vectorizer.kind === 'sequence') {
    return { reason: 'numbering the words of a text takes operators that are not ONNX itself' };
  }
  if (vectorizer.kind === 'fasttext' && (vectorizer.layout.wordNgrams > 1 || vectorizer.kept.length > 0)) {
    return { reason: 'ONNX has no operator that hashes terms to buckets as it does' };
  }
  if (analyzer.stemmer) return { reason: `ONNX has no operator for the stemmer ${analyzer.stemmer}` };
  const terms = vectorizer.terms.list();
  if (terms.some((term) => term.includes('\0'))) {
    return { reason: 'ONNX Runtime ends a text at the character NUL, which is in terms' };
  }
  const letters = new Set(terms.flatMap((term) => (analyzer.lowercase ? [...term] : [])));
  if (letters.has('σ') || letters.has('ς')) {
    return { reason: 'the lower case of Σ depends on its place in a word, which ONNX Runtime does not know' };
  }
  const dotted = (term: string) =>
    analyzer.analyzer === 'word' ? term.includes('i\u0307') : term.includes('\u0307');
  const marked = analyzer.analyzer !== 'word' || analyzer.tokenizer === 'unicode';
  if (analyzer.lowercase && marked && terms.some(dotted)) {
    return { reason: 'the lower case of İ is two characters, and one in ONNX Runtime' };
  }
  const capitals = youngOf(letters);
  // where a token is one character, it can be named
  if (capitals.length > 0 && analyzer.analyzer === 'word') {
    return { reason: `not every ONNX Runtime knows the lower case of ${capitals[0]}` };
  }
  const { idf, weights } = vectorizer;
  return { weights: { analyzer, capitals, terms, idf, weights } };
}

/** Young capitals of letters. */
function youngOf(letters: ReadonlySet<string>): string[] {
  const capitals: string[] = [];
  for (let c = 0x1c89; c <= 0x16eb8; c++) {
    const capital = String.fromCodePoint(c);
    if (youngCapitals.test(capital) && letters.has(capital.toLowerCase())) capitals.push(capital);
  }
  return capitals;
}
