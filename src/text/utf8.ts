let bytes = new Uint8Array(1024);

/** A text's UTF-8, a lone surrogate as U+FFFD; valid until the next call. In plain JavaScript, which exported models carry. */
export function utf8Of(text: string): Uint8Array {
  if (3 * text.length > bytes.length) bytes = new Uint8Array(6 * text.length);
  let n = 0;
  for (const character of text) {
    const point = character.codePointAt(0)!;
    const code = point >= 0xd800 && point <= 0xdfff ? 0xfffd : point;
    if (code < 0x80) {
      bytes[n++] = code;
      continue;
    }
    const more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    bytes[n++] = ((0xff00 >> (more + 1)) & 0xff) | (code >> (6 * more));
    for (let k = more - 1; k >= 0; k--) bytes[n++] = 0x80 | ((code >> (6 * k)) & 0x3f);
  }
  return bytes.subarray(0, n);
}
