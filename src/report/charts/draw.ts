import { ink, palette, recoloured } from './palette.js';

/** A picture to be drawn. */
export interface Picture {
  /** File name without its ending; unique in a report. */
  name: string;
  title: string;
  /** What it shows, in words, for those who do not see it. */
  description: string;
  width: number;
  height: number;
  /** An option of ECharts, in colours of the palette. */
  option: object;
  /** What a mark says when it is pointed at, by the number of its series and of its datum. */
  told?: (series: number, datum: number) => string;
}

/** A picture as SVG for a page that styles it, and as a file. */
export interface DrawnPicture {
  inline: string;
  file: string;
}

/** How small a picture may become on a narrow page, by its own width, before the page scrolls it. */
const LEAST = 0.75;

/** Loads what draws pictures. */
export async function openPen(): Promise<(picture: Picture) => DrawnPicture> {
  // a bundle of its own, which the build makes
  const built = new URL('../../../dist/report/charts/echarts.js', import.meta.url);
  const { render }: typeof import('./echarts.js') = await import(built.href);
  return (picture) => {
    const { name, width, height, title, description } = picture;
    const marks = cleaned(render(picture.option, width, height), picture);
    const head = `viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="${name}-title ${name}-desc"`;
    const told = `<title id="${name}-title">${escaped(title)}</title><desc id="${name}-desc">${escaped(description)}</desc>`;
    return {
      inline: `<svg ${head} width="${width}" class="chart" style="min-width:${Math.round(LEAST * width)}px">${told}${marks}</svg>`,
      file: `<svg xmlns="http://www.w3.org/2000/svg" ${head} width="${width}" height="${height}" font-family="system-ui, sans-serif">\n${told}\n<style>@media(prefers-color-scheme:dark){${recoloured('', (tone) => palette[tone][1])}}</style>\n<rect width="${width}" height="${height}" fill="${ink('paper')}"/>\n${marks}\n</svg>\n`,
    };
  };
}

/** What is inside the picture: without what ECharts keeps for scripts, and with a title for each mark that says something. */
function cleaned(svg: string, { name, told }: Picture): string {
  const inside = svg.slice(svg.indexOf('>') + 1, svg.lastIndexOf('</svg>'));
  return inside
    .replace(/<style >.*?<\/style>/s, '')
    .replace(/<rect [^>]*fill="none"><\/rect>\n/, '')
    .replace(/<path [^>]*ecmeta_ssr_type="chart"[^>]*><\/path>/g, (mark) => {
      const [, series, datum] = /ecmeta_series_index="(\d+)" ecmeta_data_index="(\d+)"/.exec(mark) ?? [];
      const text = told && series !== undefined ? told(Number(series), Number(datum)) : '';
      return text === '' ? mark : mark.replace('></path>', `><title>${escaped(text)}</title></path>`);
    })
    .replace(/ (?:ecmeta_\w+|class|pointer-events|xml:space)="[^"]*"/g, '')
    .replace(/\bzr\d+-/g, `${name}-`)
    .trim();
}

/** Text as it stands in markup, between tags or in an attribute. */
export const escaped = (text: string): string =>
  text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
