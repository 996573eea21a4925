import type { Pipeline } from '../pipeline.js';
import { seededRandom } from '../random.js';

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
 * Texts to hold an export against its pipeline: odd ones, and some made of the model's own terms, drawn with a fixed
 * seed, so that no training text is needed. All are well-formed Unicode, since other runtimes know no other texts.
 */
export function goldenTexts(pipeline: Pipeline): string[] {
  const random = seededRandom(1);
  const { vectorizer } = pipeline.state();
  const { analyzer } = vectorizer;
  const terms = 'terms' in vectorizer ? vectorizer.terms.list() : anyWords;
  const glue = analyzer.analyzer === 'word' ? ' ' : '';
  const made = Array.from({ length: 24 }, (_, i) =>
    Array.from({ length: 1 + i * 3 }, () => terms[Math.floor(random() * terms.length)]).join(glue),
  );
  return [...odd, ...made];
}
