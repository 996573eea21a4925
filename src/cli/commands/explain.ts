import { text as textOf } from 'node:stream/consumers';
import { csvLine } from '../../data/csv-text.js';
import { MaasError } from '../../errors.js';
import { figure, signed } from '../../report/format.js';
import type { ExplainedTerms, ExplainResult } from '../../tasks/explain.js';
import type { Command, CommandInput, CommandOutput } from '../command.js';
import { textTable } from '../terminal.js';

/** Terms for and against a class, and n-grams of characters, where no number is named. */
const TOP = 20;

export const explainCommand: Command = {
  usage: 'explain [model] [text]',
  summary: 'what each word of a text contributes to its class; or with --terms, the terms of each class',
  examples: [
    ['maas explain "my card was charged twice"', 'one text, by the newest version'],
    ['maas explain reviews@3 "not bad at all" --class negative', 'what speaks for and against another class'],
    ['maas explain - --json < mail.txt', 'a text from standard input, for machines'],
    ['maas explain reviews --terms --top 10', 'the ten strongest terms for and against each class'],
    ['maas explain reviews --terms --format csv > terms.csv', 'the same as a table'],
  ],
  flags: ['text', 'class', 'terms', 'top', 'rowFormat', 'embeddings'],

  async run(input) {
    return input.values.terms ? explainTerms(input) : explainText(input);
  },
};

async function explainText(input: CommandInput): Promise<CommandOutput> {
  const { values, store, devices, terminal } = input;
  const { model, text } = await whichIsWhich(input);
  const { explainText } = await import('../../tasks/explain.js');
  const { class: label, embeddings, rowFormat, top } = values;
  const result = await explainText(
    { store, model, text, label, devices, embeddings: embeddings ?? undefined },
    terminal,
  );
  return {
    json: result,
    text: rowFormat
      ? rowsText(['text', 'start', 'end', 'contribution'], result.tokens, rowFormat)
      : explanationText(result, text, top, terminal.style),
  };
}

/** Two arguments are model and text. A lone one is the text, unless `--text` stands in its place. */
async function whichIsWhich({
  args,
  values,
}: CommandInput): Promise<{ model: string | undefined; text: string }> {
  const [first, second] = args as (string | undefined)[];
  if (values.text !== undefined) {
    if (second !== undefined)
      throw new MaasError('usage', `there is both a text "${second}" and --text, expected one`);
    return { model: first, text: values.text };
  }
  const [model, text] = second === undefined ? [undefined, first] : [first, second];
  if (text === undefined) {
    throw new MaasError('usage', 'there is nothing to explain, expected a text, -, --text or --terms', {
      hint: 'maas explain "…", or maas explain --terms',
    });
  }
  return { model, text: text === '-' ? (await textOf(process.stdin)).replace(/\r?\n$/, '') : text };
}

type Style = CommandInput['terminal']['style'];

function explanationText(result: ExplainResult, text: string, top: number | undefined, style: Style): string {
  const { model, version, label, score, predicted, logit, base, unit, tokens, terms } = result;
  const instead = predicted === label ? '' : `, where it says ${predicted}`;
  const characters = unit === 'characters';
  const shown = characters ? strongest(terms, top ?? TOP) : strongest(tokens, top ?? tokens.length);
  const rows = shown.map((part) => [
    'term' in part ? JSON.stringify(part.term) : part.text,
    signed(part.contribution),
  ]);
  const [head, ...lines] = textTable(style, [characters ? 'n-gram' : 'word', 'contribution'], rows, [
    false,
    true,
  ]).split('\n');
  return [
    `${style.bold(`${model}@${version}`)} ${label} ${figure(score)}${instead}`,
    // what is coloured says nothing without colours
    ...(style.level > 0 && tokens.length > 0 ? ['', coloured(text, tokens, style)] : []),
    ...(shown.length > 0
      ? ['', head!, ...lines.map((line, i) => tint(shown[i]!.contribution, style)(line))]
      : []),
    '',
    `logit ${signed(logit)}, without ${characters ? 'any character' : 'any word'} ${signed(base)}`,
    methods[result.method](result),
  ].join('\n');
}

/** Those that weigh most, in the order in which they are given. */
function strongest<P extends { contribution: number }>(parts: readonly P[], count: number): P[] {
  const kept = [...parts].sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution)).slice(0, count);
  const chosen = new Set(kept);
  return parts.filter((part) => chosen.has(part));
}

const methods: Record<ExplainResult['method'], (result: ExplainResult) => string> = {
  linear: ({ unit, terms }) =>
    unit === 'words'
      ? 'linear: exact; of an n-gram each of its words has an equal share'
      : `linear: exact; the strongest of ${terms.length} n-grams, of which each of its characters has an equal share`,
  occlusion: ({ label }) =>
    `occlusion: how far the log-odds of ${label} fall when the word alone is left out`,
};

const tint = (contribution: number, style: Style) =>
  contribution > 0 ? style.green : contribution < 0 ? style.red : style.dim;

/** The text with what speaks for the class in green and against it in red, bold where it weighs half as much as anything or more. */
function coloured(text: string, tokens: ExplainResult['tokens'], style: Style): string {
  const most = tokens.reduce((max, { contribution }) => Math.max(max, Math.abs(contribution)), 0);
  const parts: string[] = [];
  let at = 0;
  for (const { start, end, contribution } of tokens) {
    const weighty = Math.abs(contribution) >= most / 2;
    const tinted = tint(contribution, weighty ? style.bold : style);
    parts.push(visible(text.slice(at, start)), tinted(visible(text.slice(start, end))));
    at = end;
  }
  return parts.join('') + visible(text.slice(at));
}

/** Without what would steer the terminal. */
const visible = (text: string) => text.replace(/(?!\n)\p{Cc}/gu, '␣');

async function explainTerms({
  args,
  values,
  store,
  devices,
  terminal,
}: CommandInput): Promise<CommandOutput> {
  const [model, text] = args as (string | undefined)[];
  if (text !== undefined || values.text !== undefined)
    throw new MaasError('usage', 'there are both a text and --terms, expected one');
  const { explainTerms } = await import('../../tasks/explain.js');
  const { class: label, top = TOP, rowFormat, embeddings } = values;
  const found = await explainTerms(
    { store, model, label, top, devices, embeddings: embeddings ?? undefined },
    terminal,
  );
  return { json: found, text: rowFormat ? termRows(found, rowFormat) : termsText(found, terminal.style) };
}

function termRows({ classes }: ExplainedTerms, format: 'csv' | 'jsonl'): string {
  const rows = classes.flatMap(({ label, ...sides }) =>
    (['for', 'against'] as const).flatMap((side) =>
      sides[side].map(({ term, weight }) => ({ class: label, side, term, weight })),
    ),
  );
  return rowsText(['class', 'side', 'term', 'weight'], rows, format);
}

function rowsText<K extends string>(
  columns: K[],
  rows: Record<K, string | number>[],
  format: 'csv' | 'jsonl',
): string {
  const lines =
    format === 'jsonl'
      ? rows.map((row) => `${JSON.stringify(row)}\n`)
      : [csvLine(columns), ...rows.map((row) => csvLine(columns.map((column) => row[column])))];
  // what prints it ends the last line
  return lines.join('').slice(0, -1);
}

function termsText({ model, version, classes }: ExplainedTerms, style: Style): string {
  const parts = classes.map((found) => {
    const rows = Array.from({ length: Math.max(found.for.length, found.against.length) }, (_, i) =>
      [found.for[i], found.against[i]].flatMap((each) =>
        each ? [each.term, signed(each.weight)] : ['', ''],
      ),
    );
    return textTable(style, [`for ${found.label}`, 'weight', 'against', 'weight'], rows, [
      false,
      true,
      false,
      true,
    ]);
  });
  return [style.bold(`${model}@${version}`), ...parts].join('\n\n');
}
