import { nameOf, type ReportContent } from '../content.js';
import { grouped, percent } from '../format.js';
import { lineage } from '../lineage.js';
import type { Pictures } from '../pictures.js';
import { bidi, details, figureOf, html, htmlTable, type Markup } from './markup.js';

/** Which rows these are. */
export function data({ data, evaluation, facts, rows }: ReportContent, pictures: Pictures): Markup {
  const { perClass, unknownLabels, metrics } = evaluation;
  const known = new Set(facts.classes);
  const shares = htmlTable(
    'Rows by class',
    ['class', 'rows', 'share'],
    perClass.map(({ label, support }) => [
      bidi(known.has(label) ? label : `${label} (not known to the model)`),
      { text: grouped(support), sort: support },
      { text: percent(support / metrics.n), sort: support },
    ]),
    { numbers: [1, 2], sortable: true },
  );
  const lengths = pictures.get('lengths');
  const strangers = Object.values(unknownLabels).reduce((sum, rows) => sum + rows, 0);
  const files =
    data.kind === 'file' ? data.files : facts.data.files.map((file) => ({ ...file, sha256: undefined }));
  return html`<div class="pair"><div>
${htmlTable(
  'Rows',
  ['what', 'rows'],
  [
    [data.kind === 'held-out' ? 'evaluated: held out from the training' : 'evaluated', grouped(metrics.n)],
    ...(rows.skipped === null ? [] : [['left out, since they could not be read', grouped(rows.skipped)]]),
    ...(strangers > 0 ? [['of labels that the model does not know', grouped(strangers)]] : []),
    ['the model was trained on', grouped(facts.rows.train)],
    ...(facts.rows.validation > 0 ? [['watched while training', grouped(facts.rows.validation)]] : []),
    ['classes of the model', grouped(facts.classes.length)],
  ],
  { numbers: [1] },
)}
<h3>Files</h3>
${htmlTable(
  'Files',
  ['file', 'rows', ...(data.kind === 'file' ? ['sha256'] : [])],
  files.map(({ path, rows, sha256 }) => [
    html`<code>${path}</code>`,
    grouped(rows),
    ...(sha256 ? [html`<code title="${sha256}">${sha256.slice(0, 12)}…</code>`] : []),
  ]),
  { numbers: [1] },
)}${lengths && html`<h3>Texts</h3>${figureOf(lengths.inline, `${lengths.description.split('. ')[0]}.`)}`}</div>
${figureOf(pictures.get('classes')!.inline, 'Evaluated rows by class, the largest first.', details('As a table', html`<div class="tall">${shares}</div>`))}
</div>`;
}

/** How the version came to be. */
export function origin(content: ReportContent): Markup {
  const { facts } = content;
  const told = [
    ['version', nameOf(content)],
    ['trained', `${facts.created} by ${facts.tool.name} ${facts.tool.version}`],
    ['command', facts.command.join(' ')],
    ...lineage(facts),
    ['git commit', facts.git?.commit ?? ''],
  ].filter(([, value]) => value !== '');
  const settings = Object.entries(facts.config).map(([key, value]) => [
    key,
    html`<code>${JSON.stringify(value)}</code>`,
  ]);
  return html`${htmlTable('Lineage', ['what', 'value'], told as [string, string][])}
${details('Settings', htmlTable('Settings', ['setting', 'value'], settings))}`;
}
