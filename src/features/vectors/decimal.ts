const [PLUS, MINUS, POINT, ZERO, NINE, UPPER_E, LOWER_E] = [0x2b, 0x2d, 0x2e, 0x30, 0x39, 0x45, 0x65];

/** Powers of ten that float64 holds exactly. */
const POWERS = Float64Array.from({ length: 23 }, (_, i) => Number(`1e${i}`));

/**
 * The number that ASCII bytes write; NaN where they write none. Up to 15 digits and 22 decimal places are exact in
 * float64, so that one division rounds as it should (Clinger 1990); what has more is left to `Number`.
 */
export function decimal(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  const negative = bytes[at] === MINUS;
  if (negative || bytes[at] === PLUS) at++;
  let digits = 0;
  let significant = 0;
  let places = 0;
  let point = false;
  let value = 0;
  for (; at < to; at++) {
    const byte = bytes[at]!;
    if (byte >= ZERO && byte <= NINE) {
      value = 10 * value + (byte - ZERO);
      digits++;
      if (value > 0) significant++;
      if (point) places++;
    } else if (byte === POINT && !point) {
      point = true;
    } else {
      return inWords(bytes, from, to, byte === LOWER_E || byte === UPPER_E);
    }
  }
  if (significant > 15 || places >= POWERS.length) return inWords(bytes, from, to, true);
  // nothing, or a sign or a point alone
  if (digits === 0) return Number.NaN;
  const magnitude = value / POWERS[places]!;
  return negative ? -magnitude : magnitude;
}

function inWords(bytes: Uint8Array, from: number, to: number, plausible: boolean): number {
  const text = String.fromCharCode(...bytes.subarray(from, Math.min(to, from + 40)));
  return plausible && /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
}
