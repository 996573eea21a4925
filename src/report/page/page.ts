import { createHash } from 'node:crypto';
import { nameOf, type ReportContent, rowsText } from '../content.js';
import { grouped } from '../format.js';
import type { Pictures } from '../pictures.js';
import { calibration, training } from './calibration.js';
import { classes, ranking, terms } from './classes.js';
import { decisions } from './decisions.js';
import { html, Markup } from './markup.js';
import { confusion, mistakes, slices } from './mistakes.js';
import { data, origin } from './origin.js';
import { script } from './script.js';
import { style } from './style.js';
import { summary } from './summary.js';

/** report.html: one file that loads nothing, and can be read without its script. */
export function reportHtml(content: ReportContent, pictures: Pictures): string {
  const name = nameOf(content);
  const { metrics } = content.evaluation;
  const sliced = content.slices?.slices ?? [];
  const sections = (
    [
      ['summary', 'Summary', summary(content, pictures)],
      ['confusion', 'Confusion', confusion(content, pictures)],
      ['classes', 'By class', classes(content, pictures)],
      [
        'ranking',
        'Ranking',
        pictures.has('roc') || pictures.has('precision_recall') ? ranking(content, pictures) : null,
      ],
      ['calibration', 'Calibration', calibration(content, pictures)],
      ['decisions', 'Decisions', decisions(content)],
      ['slices', 'Slices', sliced.length > 0 ? slices(sliced, pictures) : null],
      ['mistakes', 'Surest mistakes', content.mistakes.length > 0 ? mistakes(content) : null],
      ['terms', 'Terms', content.terms.length > 0 ? terms(content, pictures) : null],
      ['training', 'Training', 'history' in content.facts.fit ? training(content, pictures) : null],
      ['data', 'Data', data(content, pictures)],
      ['lineage', 'Lineage', origin(content)],
    ] as [id: string, title: string, body: Markup | null][]
  ).filter(([, , body]) => body !== null);
  const hash = createHash('sha256').update(script).digest('base64');
  return `${
    html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${hash}'; img-src data:">
<meta name="generator" content="${content.facts.tool.name} ${content.facts.tool.version}">
<link rel="icon" href="data:,">
<title>${name} · evaluation</title>
<style>${new Markup(style)}</style>
</head>
<body>
<a class="skip" href="#summary">Skip to the summary</a>
<div class="page">
<header class="top">
<div class="eyebrow"><strong>Evaluation</strong><button type="button" class="theme" hidden>Theme</button></div>
<h1>${name}</h1>
<p class="lead">On ${rowsText(content)}, ${grouped(metrics.n)} ${metrics.n === 1 ? 'row' : 'rows'} of ${grouped(content.evaluation.perClass.length)} classes.</p>
</header>
<nav aria-label="Sections"><ol>${sections.map(([id, title]) => html`<li><a href="#${id}">${title}</a></li>`)}</ol></nav>
<main>${sections.map(
      ([id, title, body]) =>
        html`\n<section id="${id}" aria-labelledby="${id}-heading"><h2 id="${id}-heading">${title}</h2>\n${body}</section>`,
    )}
</main>
<footer><p>Figures as scikit-learn computes them; a dash stands for what is not defined. Beside this file: report.md, metrics.json, per_class.csv, confusion_matrix.csv, predictions.csv, and each picture as SVG.</p></footer>
</div>
<script>${new Markup(script)}</script>
</body>
</html>`.source
  }\n`;
}
