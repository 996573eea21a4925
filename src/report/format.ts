/** A figure for people; an undefined one is a dash. */
export const figure = (value: number | null, digits = 4): string =>
  value === null ? '–' : value.toFixed(digits);

/** 1234567 → "1,234,567". */
export const grouped = (n: number): string => n.toLocaleString('en-US');

/** Seconds with two digits, or minutes. */
export const duration = (seconds: number): string =>
  seconds < 120 ? `${seconds.toFixed(2)} s` : `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
