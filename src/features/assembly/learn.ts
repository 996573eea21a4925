// Terms that are known from elsewhere, such as those of a stored vocabulary.
import { pointAt, widthOf } from './characters';
import { NONE } from './memory';
import { nodeOf } from './tree';
import { expect, expected, ownSymbol, WAITING } from './words';

/**
 * Puts the nodes of `count` terms, which stand one behind the other from `at` on, in the place of the numbers that say
 * where each ends. A term is words with a space between them, or characters. Counts nothing.
 */
export function learn(at: usize, places: usize, count: u32, words: bool): void {
  let from = at;
  for (let first: u32 = 0; first < count; first += WAITING) {
    const last = min(first + WAITING, count);
    let start = from;
    for (let i = first; words && i < last; i++) {
      const end = at + (<usize>load<u32>(places + (<usize>i << 2)) << 1);
      expect(i - first, start, wordLength(start, end));
      start = end;
    }
    for (let i = first; i < last; i++) {
      const place = places + (<usize>i << 2);
      const end = at + (<usize>load<u32>(place) << 1);
      store<u32>(place, words ? nodeOfWords(i - first, from, end) : nodeOfCharacters(from, end));
      from = end;
    }
  }
}

/** Units up to the next space. */
function wordLength(from: usize, end: usize): u32 {
  let p = from;
  while (p < end && load<u16>(p) != 0x20) p += 2;
  return <u32>((p - from) >> 1);
}

/** `i` is the number under which the first word is expected. */
function nodeOfWords(i: u32, from: usize, end: usize): u32 {
  let length = wordLength(from, end);
  let node = nodeOf(NONE, expected(i, from, length));
  for (let p = from + (<usize>length << 1) + 2; p < end; p += (<usize>length << 1) + 2) {
    length = wordLength(p, end);
    node = nodeOf(node, ownSymbol(p, length));
  }
  return node;
}

function nodeOfCharacters(from: usize, end: usize): u32 {
  let node = NONE;
  for (let p = from; p < end; ) {
    const point = pointAt(p, end);
    node = nodeOf(node, point);
    p += widthOf(point);
  }
  return node;
}
