import { existsSync, statSync } from 'node:fs';
import { MaasError } from '../../errors.js';
import { grouped } from '../../report/format.js';
import type { PredictedRow, PredictResult } from '../../tasks/predict.js';
import type { Command, CommandInput } from '../command.js';
import { longFlag } from '../flags.js';
import { openOutput } from '../output.js';
import { type RowWriter, rowWriters } from '../rows.js';

export const predict: Command = {
  usage: 'predict [model] [file]',
  summary: 'classify one text, or each row of a CSV file or of standard input (-)',
  examples: [
    ['maas predict --text "my card was charged twice"', 'one text, with the newest version'],
    ['maas predict new.csv -o labelled.csv', 'every row, other columns kept'],
    ['cat new.csv | maas predict reviews@3 - --format jsonl', 'a stream, as one JSON object a line'],
    ['maas predict mails.txt --lines --top-k 3', 'one text a line, the three most probable classes'],
    [
      'maas predict new.csv --min-score 0.7 --coverage 0.95',
      'no label where that is not sure, and sets that hold the true one',
    ],
  ],
  flags: [
    ...(['minScore', 'coverage'] as const),
    ...(['text', 'output', 'rowFormat', 'topK', 'lines', 'textColumn', 'delimiter', 'onBadRow'] as const),
    ...(['embeddings', 'embeddingCache'] as const),
  ],

  async run(input) {
    const { args, values, terminal } = input;
    const asked = whichIsWhich(args as (string | undefined)[], values.text !== undefined);
    const found = await (values.text === undefined
      ? predictFile(asked.model, asked.file, input)
      : predictText(asked.model, values.text, input));
    // with --output the rows go there, unless that is "-", and stdout is free for a summary
    const file = values.output === '-' ? undefined : values.output;
    const toStdout = file === undefined;
    const asJson = values.text === undefined ? 'json' : 'object';
    const format = values.json && toStdout ? asJson : (values.rowFormat ?? 'csv');
    const writer: RowWriter = rowWriters[format](
      ...([found.columns, found.labels, values.topK, terminal, found.sets] as const),
    );
    const output = await openOutput(file);
    let rows = 0;
    let abstained = 0;
    // nothing is written before it is known that something can be predicted
    let before = writer.head;
    const { failed } = writer;
    if (toStdout && failed) terminal.closing = (error) => (rows === 0 ? before : '') + failed(error);
    try {
      for await (const batch of found.batches()) {
        if (batch.length === 0) continue;
        const text = before + batch.map(writer.row).join(writer.between);
        // known before it is waited for, since it may be interrupted then
        before = writer.between;
        rows += batch.length;
        if (values.minScore !== undefined) abstained += batch.filter(isAbstained).length;
        await output.write(text);
      }
      terminal.closing = undefined;
      await output.close(rows === 0 ? before + writer.tail : writer.tail);
    } catch (error) {
      if (terminal.closing) {
        await output.write(terminal.closing(error));
        terminal.toldOnStdout = true;
      }
      await output.discard();
      throw error;
    }
    const { minScore } = values;
    if (minScore !== undefined) {
      terminal.info(`${grouped(abstained)} of ${grouped(rows)} rows have no label: below ${minScore}`);
    }
    if (toStdout || !values.json) return undefined;
    const unanswered = minScore === undefined ? {} : { abstained };
    const facts = { model: found.model, version: found.version, rows, ...unanswered };
    return { json: { ...facts, output: file }, text: '' };
  },
};

const isAbstained = ({ prediction }: PredictedRow) => prediction?.label === null;

async function predictFile(
  model: string | undefined,
  file: string | undefined,
  { values, typed, store, devices, embeddingCache, terminal }: CommandInput,
): Promise<PredictResult> {
  if (file === undefined) {
    throw new MaasError('usage', 'there is nothing to predict, expected a file, - or --text', {
      hint: 'maas predict --text "…", or maas predict new.csv',
    });
  }
  const { predict } = await import('../../tasks/predict.js');
  const { lines = false, textColumn, delimiter, onBadRow = 'skip', minScore, coverage } = values;
  return predict(
    {
      ...{ store, model, input: file, lines, textColumn, delimiter, onBadRow, devices },
      ...{ minScore, coverage },
      embeddings: modelFolder(values, typed),
      // a stream may be anything and never end: nothing is kept of it
      embeddingCache: file === '-' ? undefined : embeddingCache,
    },
    terminal,
  );
}

/** Where the model of a sentence vectorizer is now. What a config file names is what was trained with. */
const modelFolder = (values: CommandInput['values'], typed: CommandInput['typed']) =>
  typed.has('embeddings') ? (values.embeddings ?? undefined) : undefined;

async function predictText(
  model: string | undefined,
  text: string,
  { values, typed, store, devices, terminal }: CommandInput,
): Promise<PredictResult> {
  const forFiles = (['lines', 'textColumn', 'delimiter', 'onBadRow'] as const).find((flag) =>
    typed.has(flag),
  );
  if (forFiles)
    throw new MaasError('usage', `${longFlag(forFiles)} is for files, expected none beside --text`);
  const { predictText } = await import('../../tasks/predict.js');
  const embeddings = modelFolder(values, typed);
  const { minScore, coverage } = values;
  return predictText({ store, model, text, devices, embeddings, minScore, coverage }, terminal);
}

/** Two arguments are model and file. A lone one is the file, unless `--text` stands in its place or no file has that name. */
function whichIsWhich(
  args: (string | undefined)[],
  hasText: boolean,
): { model: string | undefined; file: string | undefined } {
  const [first, second] = args;
  if (hasText) {
    if (second !== undefined)
      throw new MaasError('usage', `there is both a file "${second}" and --text, expected one`);
    return { model: first, file: undefined };
  }
  if (second !== undefined || first === undefined) return { model: first, file: second };
  const isFile = first === '-' || (existsSync(first) && !statSync(first).isDirectory());
  const looksLikeFile = isFile || /\.(csv|tsv|txt|gz)$/i.test(first);
  return looksLikeFile ? { model: undefined, file: first } : { model: first, file: undefined };
}
