import type { Slice } from '../../metrics/slices.js';
import { MOST_MAPPED } from '../charts/confusion-map.js';
import type { ReportContent } from '../content.js';
import { figure, grouped, intervalText, percent, signed } from '../format.js';
import type { Pictures } from '../pictures.js';
import { bidi, details, figureOf, html, htmlTable, type Markup } from './markup.js';

/** Classes up to which the table behind the map is the whole matrix. */
const MOST_TABLED = 20;

/** Classes up to which the pairs stand beside the map. */
const MOST_BESIDE = 8;

/** Which classes are taken for which. */
export function confusion({ evaluation, confusedPairs }: ReportContent, pictures: Pictures): Markup {
  const { labels, counts } = evaluation.confusion;
  const map = pictures.get('confusion_matrix')!;
  const pairs = htmlTable(
    'Most confused classes',
    ['label', 'predicted', 'rows', 'share of the label'],
    confusedPairs.map(({ label, predicted, rows, share }) => [
      bidi(label),
      bidi(predicted),
      grouped(rows),
      percent(share),
    ]),
    { numbers: [2, 3] },
  );
  const matrix =
    labels.length <= MOST_TABLED &&
    details(
      'The matrix as a table',
      htmlTable(
        'Confusion matrix',
        ['true \\ predicted', ...labels],
        counts.map((row, i) => [bidi(labels[i]!), ...row.map(grouped)]),
        { numbers: labels.map((_, c) => c + 1) },
      ),
    );
  const part =
    labels.length > MOST_MAPPED
      ? `The ${MOST_MAPPED} of ${grouped(labels.length)} classes that most mistakes are about; all are in confusion_matrix.csv. `
      : '';
  return html`<p class="key"><span><i></i>right (the diagonal)</span><span><i class="wrong"></i>mistaken</span><span>the stronger, the larger its share of the row</span></p>
<div${html` class="${labels.length <= MOST_BESIDE ? 'pair' : labels.length > 30 ? 'wide dense' : 'wide'}"`}>${figureOf(map.inline, `${part}A line for each true label, a column for each predicted one.`, matrix)}
<div>${confusedPairs.length > 0 ? html`<h3>Most confused</h3><div class="tall">${pairs}</div>` : html`<p>No row was mistaken.</p>`}</div></div>`;
}

/** The rows that the version was surest about and wrong. */
export function mistakes({ mistakes }: ReportContent): Markup {
  const texts = mistakes.some(({ text }) => text !== undefined);
  const files = new Set(mistakes.map(({ file }) => file));
  const [only] = files.size === 1 ? files : [];
  const lead =
    'Wrong labels find their way into data, too: what a model is surest of and “wrong” about is worth a look.';
  return html`<p class="lead">${lead}${only !== undefined && html` Lines are those of ${bidi(only)}.`}</p>
${htmlTable(
  'Surest mistakes',
  [
    only === undefined ? 'row' : 'line',
    'label',
    'predicted',
    'probability',
    'of the label',
    ...(texts ? ['text'] : []),
  ],
  mistakes.map(({ file, line, label, predicted, score, labelScore, text }) => [
    only === undefined ? bidi(`${file}:${line}`) : String(line),
    bidi(label),
    bidi(predicted),
    figure(score),
    figure(labelScore),
    ...(texts ? [html`<span dir="auto">${text ?? ''}</span>`] : []),
  ]),
  { numbers: [3, 4] },
)}`;
}

/** How it does on parts of the rows. */
export const slices = (all: readonly Slice[], pictures: Pictures): Markup =>
  html`<p class="lead">Parts of the rows, those first that are most surely worse than the rest. Where the last interval holds 0, a slice may be as good as the others.</p>
${figureOf(pictures.get('slices')!.inline, 'Accuracy on each slice; the dashed line is that on all rows.')}
<div class="tall">${htmlTable(
    'Slices',
    ['slice', 'rows', 'accuracy', '95 % interval', 'F1 (macro)', 'than the rest', '95 % interval'],
    all.map(({ by, value, n, accuracy, f1_macro, intervals, difference, differenceInterval }) => [
      html`<span class="small">${by}</span> ${bidi(value)}`,
      { text: grouped(n), sort: n },
      { text: figure(accuracy), sort: accuracy },
      intervalText(intervals.accuracy),
      { text: figure(f1_macro), sort: f1_macro },
      { text: signed(difference), sort: difference },
      differenceInterval ? differenceInterval.map((bound) => signed(bound)).join(' to ') : '',
    ]),
    { numbers: [1, 2, 3, 4, 5, 6], sortable: true },
  )}</div>`;
