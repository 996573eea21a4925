import { seededRandom } from '../random.js';
import type { AnyVectorizer } from './vectorizer.js';

/** Texts that analyzers stumble over: nothing, the unknown, other scripts, names that JavaScript objects have. */
const odd = [
  '',
  ' \t\r\n ',
  'constructor __proto__ toString hasOwnProperty',
  'ΑΣ İstanbul ﬁne Straße ŒUVRE',
  'नमस्ते दुनिया สวัสดีชาวโลก مرحبا',
  '今天天气很好，我们去公园吧。ありがとう 안녕하세요',
  '👩‍👩‍👧 😀 ❤️ \ufffd \u{1d4d0}\u{1d4d1}',
  "don't stop—it's 3,14 e-mail@x.y #tag _snake_ A1 b",
];

/** Words for vectorizers that have no vocabulary. */
const anyWords = 'the quick brown fox jumps over a lazy dog 今天 天气 很好 naïve Straße 3 parcels'.split(' ');

/**
 * Texts to hold what a pipeline becomes against the pipeline: odd ones, and so many made of the vectorizer's own terms, drawn
 * with a fixed seed, so that no training text is needed. All are well-formed Unicode, since other runtimes know no other texts.
 */
export function goldenTextsFor(vectorizer: AnyVectorizer, made: number): string[] {
  const random = seededRandom(1);
  const state = vectorizer.state();
  const ofWords = state.kind === 'sentence' || state.analyzer.analyzer === 'word';
  const { length, term } = termsOf(state);
  const texts = Array.from({ length: made }, (_, i) =>
    Array.from({ length: 1 + i * 3 }, () => term(Math.floor(random() * length))).join(ofWords ? ' ' : ''),
  );
  return [...odd, ...texts];
}

function termsOf(state: ReturnType<AnyVectorizer['state']>) {
  const { terms } = 'terms' in state ? state : {};
  if (!terms || terms.length === 0) return { length: anyWords.length, term: (i: number) => anyWords[i]! };
  return { length: terms.length, term: (i: number) => terms.at?.(i) ?? terms.list()[i]! };
}
