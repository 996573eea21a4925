import { termsName } from '../charts/terms.js';
import type { ReportContent } from '../content.js';
import { figure, grouped } from '../format.js';
import { type Pictures, termsShown } from '../pictures.js';
import { bidi, details, figureOf, html, htmlTable, type Markup } from './markup.js';

/** Classes from which a table is filtered by typing. */
const MANY = 15;

/** How it does on each class. */
export function classes({ evaluation }: ReportContent, pictures: Pictures): Markup {
  const { perClass } = evaluation;
  const scored = perClass.some(({ roc_auc }) => roc_auc !== undefined);
  const shown = (value: number | null | undefined) => ({ text: figure(value ?? null), sort: value ?? null });
  const all = htmlTable(
    'Figures by class',
    ['class', 'precision', 'recall', 'F1', ...(scored ? ['ROC AUC', 'average precision'] : []), 'rows'],
    perClass.map(({ label, precision, recall, f1, roc_auc, average_precision, support }) => [
      bidi(label),
      ...[precision, recall, f1, ...(scored ? [roc_auc, average_precision] : [])].map(shown),
      { text: grouped(support), sort: support },
    ]),
    { numbers: [1, 2, 3, 4, 5, 6], sortable: true },
  );
  return html`${figureOf(
    pictures.get('per_class')!.inline,
    'The bar is F1, the circle precision, the diamond recall; behind each name stand its rows.',
  )}
<h3>All figures by class</h3>${filterOf('by-class', perClass.length)}<div class="tall" id="by-class">${all}</div>`;
}

/** How well scores rank the rows, class against the rest. */
export function ranking({ evaluation }: ReportContent, pictures: Pictures): Markup {
  const { roc_auc, average_precision } = evaluation.metrics;
  const many = evaluation.perClass.length > 6;
  const points = (name: string) => html`<p class="small">${pictures.get(name)!.description}</p>`;
  const one = (name: string, caption: string) =>
    pictures.has(name) && figureOf(pictures.get(name)!.inline, caption, details('In words', points(name)));
  return html`<p class="lead">Each class against the rest, by its probability${many && '; of many classes the micro average and those with the smallest areas. The table above has all areas'}.</p>
<div class="pair">${one('roc', `ROC: rows of the class that are found, by the others that are taken for it. Area ${figure(roc_auc)}.`)}
${one('precision_recall', `Precision by recall. Average precision ${figure(average_precision)}.`)}</div>`;
}

/** What a linear model goes by. */
export function terms(content: ReportContent, pictures: Pictures): Markup {
  const { terms } = content;
  const drawn = termsShown(content);
  const weighed = (all: { term: string; weight: number }[]) =>
    all.map(({ term, weight }) => html`${bidi(term)} <span class="small">${weight.toPrecision(3)}</span>  `);
  const some =
    terms.length > 2 &&
    drawn.length < terms.length &&
    ' Drawn for the weakest classes; all are in the table.';
  return html`<p class="lead">The terms of the model that weigh most, alone or as n-grams: what a unit of each adds to the score of a class.${some}</p>
<div class="pair">${drawn.map(({ label }, i) => {
    const picture = pictures.get(termsName(i))!;
    return html`<div><h3>${bidi(label)}</h3>${figureOf(picture.inline, picture.title)}</div>`;
  })}</div>
${details(
  'As a table',
  html`${filterOf('by-term', terms.length)}<div class="tall" id="by-term">${htmlTable(
    'Terms by class',
    ['class', 'for', 'against'],
    terms.map((each) => [bidi(each.label), html`${weighed(each.for)}`, html`${weighed(each.against)}`]),
  )}</div>`,
)}`;
}

/** A field to type into, which leaves some rows of a long table. */
const filterOf = (id: string, rows: number) =>
  rows >= MANY &&
  html`<label class="filter" data-rows="#${id}" hidden>Classes with <input type="search" autocomplete="off"></label>`;
