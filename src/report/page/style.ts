import { palette, recoloured, type Tone } from '../charts/palette.js';

const tones = Object.keys(palette) as Tone[];
const colors = (theme: 0 | 1) => tones.map((tone) => `--${tone}:${palette[tone][theme]}`).join(';');
const light = `color-scheme:light;${colors(0)};--ground:#f4f5f2;--soft:#eaf3f1;--warn:#fbeee8`;
const dark = `color-scheme:dark;${colors(1)};--ground:#0d1117;--soft:#12292a;--warn:#33201a`;

/** The style sheet of the page: one accent, light and dark by what the reader has or asks for, and for paper. */
export const style = `
:root{${light}}
@media(prefers-color-scheme:dark){:root:not([data-theme=light]){${dark}}}
:root[data-theme=dark]{${dark}}
*{box-sizing:border-box}
html{scroll-behavior:smooth;scroll-padding-top:1rem}
@media(prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
body{margin:0;background:var(--ground);color:var(--ink);font:400 1rem/1.55 ui-sans-serif,system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;font-variant-numeric:tabular-nums}
.skip{position:absolute;left:-99rem}.skip:focus{left:1rem;top:1rem;z-index:2;background:var(--paper);padding:.5rem 1rem;border-radius:.5rem}
a{color:var(--accent);text-underline-offset:.2em}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px;border-radius:.25rem}
h1,h2,h3{font-family:"Iowan Old Style","Palatino Linotype",Palatino,"Book Antiqua",Georgia,serif;font-weight:600;line-height:1.2;text-wrap:balance}
h1{font-size:clamp(1.7rem,5vw,2.5rem);margin:.2rem 0 .4rem;overflow-wrap:anywhere}
h2{font-size:1.5rem;margin:0 0 .3rem}
h3{font-size:1.08rem;margin:1.6rem 0 .5rem}
p{margin:.4rem 0;max-width:46rem}
.lead{color:var(--muted);margin-bottom:1.1rem}
.small{font-size:.875rem;color:var(--muted)}
.page{display:grid;grid-template-columns:minmax(0,1fr);max-width:88rem;margin:0 auto;padding:1.25rem clamp(.9rem,3vw,2.5rem) 4rem;gap:1.25rem}
header.top,main{min-width:0}
.eyebrow{display:flex;justify-content:space-between;align-items:center;gap:1rem;color:var(--muted);font-size:.875rem;letter-spacing:.01em}
.eyebrow strong{color:var(--accent);font-weight:650;letter-spacing:.08em;text-transform:uppercase;font-size:.78rem}
button{font:inherit;font-size:.875rem;color:var(--ink);background:var(--paper);border:1px solid var(--line);border-radius:2rem;padding:.3rem .9rem;cursor:pointer}
button:hover{border-color:var(--accent);color:var(--accent)}
nav ol{list-style:none;display:flex;flex-wrap:wrap;gap:.35rem .9rem;margin:0;padding:0;font-size:.9rem}
nav a{text-decoration:none;color:var(--muted);display:inline-block;padding:.2rem 0}
nav a:hover{color:var(--accent);text-decoration:underline}
section{background:var(--paper);border:1px solid var(--line);border-radius:1rem;padding:clamp(1rem,3vw,2rem);margin:0 0 1.25rem}
.conclusion{border-left:5px solid var(--accent);background:var(--soft);border-radius:.6rem;padding:.9rem 1.2rem;margin:.6rem 0 1.3rem}
.conclusion.bad{border-color:var(--wrong);background:var(--warn)}
.conclusion.unsure{border-color:var(--muted);background:var(--ground)}
.conclusion p:first-child{font-size:1.18rem;font-weight:620;margin-top:0;line-height:1.4}
.conclusion ul{margin:.5rem 0 0;padding-left:1.15rem;max-width:48rem}
.conclusion li{margin:.2rem 0}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(8.2rem,1fr));gap:.75rem;margin:0 0 1.4rem;padding:0}
.tiles div{border:1px solid var(--line);border-radius:.7rem;padding:.7rem .9rem}
.tiles dt{font-size:.82rem;color:var(--muted)}
.tiles dd{margin:0;font-size:1.65rem;font-weight:640;letter-spacing:-.015em;line-height:1.25}
.tiles dd small{display:block;font-size:.8rem;font-weight:400;color:var(--muted);letter-spacing:0;white-space:nowrap}
.pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,24rem),1fr));gap:1.25rem 2rem;align-items:start}
figure{margin:0 0 .6rem;min-width:0}
figcaption{font-size:.875rem;color:var(--muted);margin-top:.35rem;max-width:46rem}
.scroll{overflow-x:auto;border-radius:.4rem}
svg.chart{display:block;height:auto;max-width:100%;font-family:inherit}
.wide svg.chart{max-width:none}
.wide.dense svg.chart{width:100%;min-width:54rem!important;max-width:80rem}
svg.chart path[fill]:hover{filter:brightness(1.12)}
table{border-collapse:collapse;width:100%;font-size:.92rem}
caption{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
th,td{padding:.4rem .75rem;text-align:start;border-bottom:1px solid var(--line);vertical-align:top}
tbody tr:last-child>*{border-bottom:0}
tbody th{font-weight:500;overflow-wrap:anywhere;min-width:7rem;max-width:26rem}
thead th{font-size:.82rem;font-weight:600;color:var(--muted);white-space:nowrap;position:sticky;top:0;background:var(--paper)}
.n{text-align:right;white-space:nowrap}
td{overflow-wrap:anywhere}
thead button{all:unset;cursor:pointer;font:inherit;color:inherit}
thead button:hover{color:var(--accent)}
thead button:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
[aria-sort=ascending] button::after{content:" ↑"}[aria-sort=descending] button::after{content:" ↓"}
.tall>.scroll{max-height:32rem;overflow:auto}
details{margin:.8rem 0 0}
summary{cursor:pointer;color:var(--accent);font-size:.92rem;width:fit-content}
details>*:not(summary){margin-top:.6rem}
.filter{display:flex;gap:.6rem;align-items:center;margin:.2rem 0 .6rem;font-size:.9rem;color:var(--muted)}
.filter input{font:inherit;color:var(--ink);background:var(--ground);border:1px solid var(--muted);border-radius:.5rem;padding:.3rem .7rem;min-width:0;flex:0 1 18rem}
.badge{display:inline-block;border-radius:1rem;padding:.05rem .6rem;font-size:.82rem;font-weight:600;white-space:nowrap;color:var(--accent);background:var(--soft)}
.badge.bad{color:var(--wrong);background:var(--warn)}
.key{display:flex;flex-wrap:wrap;gap:.3rem 1.1rem;font-size:.875rem;color:var(--muted);margin:.2rem 0 .6rem}
.key i{display:inline-block;width:.85em;height:.85em;border-radius:.2em;margin-right:.4em;vertical-align:-.06em;background:var(--accent)}
.key .wrong{background:var(--wrong)}
code{font:.88em/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-wrap:anywhere}
blockquote{margin:.2rem 0 0;color:var(--muted);font-size:.9rem;max-width:50rem;overflow-wrap:anywhere;white-space:pre-line}
footer{color:var(--muted);font-size:.85rem}
${recoloured('svg.chart ', (tone) => `var(--${tone})`)}
@media(min-width:72rem){.page{grid-template-columns:11rem minmax(0,1fr);column-gap:2.5rem}header.top,footer{grid-column:1/-1}nav{position:sticky;top:1.5rem;align-self:start}nav ol{flex-direction:column;border-left:2px solid var(--line);padding-left:1rem}}
@media print{
@page{margin:14mm}
:root,:root[data-theme=dark]{${light};--ground:#fff}
body{font-size:10pt;background:#fff}
.page{display:block;max-width:none;padding:0}
nav,.skip,button.theme,.filter{display:none}
section{border:0;border-top:1px solid var(--line);border-radius:0;padding:1rem 0;margin:0}
h2,h3,figcaption{break-after:avoid}
figure,tr,.tiles,.conclusion{break-inside:avoid}
.scroll,.tall>.scroll{overflow:visible;max-height:none}
.wide svg.chart,.wide.dense svg.chart,svg.chart{max-width:100%;min-width:0!important}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}
}
`;
