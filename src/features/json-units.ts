const [QUOTE, BACKSLASH, LOWER_U] = [0x22, 0x5c, 0x75];
const HEX = Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0));

/** The most bytes that a UTF-16 unit becomes within a JSON string. */
export const MOST_BYTES = 6;

/**
 * Writes UTF-16 units as they stand within a JSON string in UTF-8, as `JSON.stringify` writes them but for the short
 * escapes of line ends and the like; answers with the place behind them.
 */
export function writeJsonUnits(
  units: Uint16Array,
  from: number,
  to: number,
  out: Uint8Array,
  at: number,
): number {
  let p = at;
  for (let i = from; i < to; i++) {
    const unit = units[i]!;
    if (unit < 0x80) {
      if (unit < 0x20) {
        p = writeEscape(unit, out, p);
        continue;
      }
      if (unit === QUOTE || unit === BACKSLASH) out[p++] = BACKSLASH;
      out[p++] = unit;
    } else if (unit < 0x800) {
      out[p++] = 0xc0 | (unit >> 6);
      out[p++] = 0x80 | (unit & 0x3f);
    } else if (unit < 0xd800 || unit > 0xdfff) {
      out[p++] = 0xe0 | (unit >> 12);
      out[p++] = 0x80 | ((unit >> 6) & 0x3f);
      out[p++] = 0x80 | (unit & 0x3f);
    } else if (unit < 0xdc00 && i + 1 < to && (units[i + 1]! & 0xfc00) === 0xdc00) {
      const point = 0x10000 + ((unit & 0x3ff) << 10) + (units[++i]! & 0x3ff);
      out[p++] = 0xf0 | (point >> 18);
      out[p++] = 0x80 | ((point >> 12) & 0x3f);
      out[p++] = 0x80 | ((point >> 6) & 0x3f);
      out[p++] = 0x80 | (point & 0x3f);
    } else {
      // a surrogate on its own is no character
      p = writeEscape(unit, out, p);
    }
  }
  return p;
}

function writeEscape(unit: number, out: Uint8Array, at: number): number {
  out[at] = BACKSLASH;
  out[at + 1] = LOWER_U;
  for (let digit = 0; digit < 4; digit++) out[at + 2 + digit] = HEX[(unit >> (12 - 4 * digit)) & 15]!;
  return at + 6;
}
