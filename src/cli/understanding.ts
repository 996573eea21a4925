import type { ChalkInstance } from 'chalk';
import { figure, grouped, intervalText, signed } from '../report/format.js';
import type { EvaluateResult } from '../tasks/evaluate.js';
import { textTable } from './terminal.js';

/** What people are told; more of it is in `--json`. */
const PAIRS = 5;
const MISTAKES = 3;
const SLICES = 3;
/** Characters of a text or a value that a table shows. */
const WIDTH = 60;

/** What a version mistakes, where it is surest and wrong, and on which rows it does worst: a table each. */
export function understandingText(result: EvaluateResult, style: ChalkInstance): string[] {
  const { confusedPairs, mistakes = [], slices = [] } = result;
  const texts = mistakes.some(({ text }) => text !== undefined);
  const tables: string[] = [];
  if (confusedPairs.length > 0) {
    const pairs = confusedPairs
      .slice(0, PAIRS)
      .map(({ label, predicted, rows }) => [label, predicted, grouped(rows)]);
    tables.push(textTable(style, ['most confused', 'predicted', 'rows'], pairs, [false, false, true]));
  }
  if (mistakes.length > 0) {
    const rows = mistakes
      .slice(0, MISTAKES)
      .map(({ file, line, label, predicted, score, text }) => [
        ...[`${file}:${line}`, label, predicted, figure(score)],
        ...(texts ? [cut((text ?? '').trim().replace(/\s+/g, ' '))] : []),
      ]);
    const head = ['surest mistakes', 'label', 'predicted', 'score', ...(texts ? ['text'] : [])];
    tables.push(textTable(style, head, rows, [false, false, false, true, false]));
  }
  if (slices.length > 0) {
    const rows = slices
      .slice(0, SLICES)
      .map(({ by, value, n, accuracy, f1_macro, intervals, difference, differenceInterval }) => [
        ...[`${by} ${cut(value)}`, grouped(n), figure(accuracy), intervalText(intervals.accuracy)],
        ...[figure(f1_macro), signed(difference), differenceText(differenceInterval)],
      ]);
    const head = [
      'worst slices',
      'rows',
      'accuracy',
      '95 % interval',
      'F1 macro',
      'against the rest',
      '95 %',
    ];
    tables.push(textTable(style, head, rows, [false, ...Array(6).fill(true)]));
  }
  return tables;
}

const cut = (text: string) => (text.length > WIDTH ? `${text.slice(0, WIDTH)}…` : text);
const differenceText = (interval: readonly [number, number] | null) =>
  interval ? interval.map((bound) => signed(bound)).join(' to ') : '';
