/**
 * Sorted terms as one text, each without what it shares with the one before it (front coding; Witten, Moffat & Bell 1999).
 * A term is two lengths in UTF-16 units, of what it shares and of what follows, and what follows. A length is a printable
 * character from '#' on, which JSON writes as it is; each '~' before it adds `MOST` to it.
 */

const FIRST = 35;
const BACKSLASH = 92;
const MORE = '~';
/** Lengths below this are one character: '#' to '}', of which a backslash is none. */
const MOST = 90;

/** The text of terms, which are short where they stand in `Array.sort`'s order. */
export function frontCoded(terms: Iterable<string>): string {
  let out = '';
  let previous = '';
  for (const term of terms) {
    let shared = 0;
    while (shared < term.length && term.charCodeAt(shared) === previous.charCodeAt(shared)) shared++;
    out += `${lengthText(shared)}${lengthText(term.length - shared)}${term.slice(shared)}`;
    previous = term;
  }
  return out;
}

/** The terms that `frontCoded` was given. */
export function frontDecoded(coded: string): string[] {
  const terms: string[] = [];
  let at = 0;
  const length = () => {
    let length = 0;
    for (; coded[at] === MORE; at++) length += MOST;
    const code = coded.charCodeAt(at++);
    return length + code - FIRST - (code > BACKSLASH ? 1 : 0);
  };
  let previous = '';
  while (at < coded.length) {
    const shared = length();
    const rest = length();
    previous = previous.slice(0, shared) + coded.slice(at, at + rest);
    at += rest;
    terms.push(previous);
  }
  return terms;
}

function lengthText(length: number): string {
  const code = FIRST + (length % MOST);
  return MORE.repeat(Math.floor(length / MOST)) + String.fromCharCode(code < BACKSLASH ? code : code + 1);
}
