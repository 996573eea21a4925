/**
 * Colours of pictures and pages by what they are for, in light and in dark surroundings. A picture is drawn in the light ones;
 * style sheets put others in their place, by value, so that a file that nobody styles is still right.
 */
export const palette = {
  paper: ['#ffffff', '#161b22'],
  ink: ['#1c2430', '#e8ecf1'],
  muted: ['#566070', '#a7b1bf'],
  line: ['#dde2e9', '#323a46'],
  accent: ['#0b6b63', '#4cc9ba'],
  wrong: ['#b4441f', '#ff9a73'],
  third: ['#4557c4', '#a3afff'],
  fourth: ['#86640a', '#e0be55'],
  fifth: ['#8a3a85', '#e79fe1'],
} as const satisfies Record<string, readonly [light: string, dark: string]>;

export type Tone = keyof typeof palette;

/** A colour as pictures are drawn in it. */
export const ink = (tone: Tone): string => palette[tone][0];

/** Lines that are told apart by colour and by their dashes. */
export const strokes: readonly { tone: Tone; dash: number[] | 'solid' }[] = [
  { tone: 'accent', dash: 'solid' },
  { tone: 'wrong', dash: [7, 3] },
  { tone: 'third', dash: [2, 3] },
  { tone: 'fourth', dash: [10, 3, 2, 3] },
  { tone: 'fifth', dash: [4, 4] },
  { tone: 'muted', dash: [1, 2] },
];

/** Rules that put other colours in the place of those that are drawn. */
export const recoloured = (within: string, colorOf: (tone: Tone) => string): string =>
  (Object.keys(palette) as Tone[])
    .map(
      (tone) =>
        `${within}[fill="${ink(tone)}"]{fill:${colorOf(tone)}}${within}[stroke="${ink(tone)}"]{stroke:${colorOf(tone)}}`,
    )
    .join('');
