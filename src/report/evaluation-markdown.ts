import type { IntervalMetric } from '../metrics/bootstrap.js';
import { conclusionOf } from './conclusion.js';
import { nameOf, type ReportContent, rowsText } from './content.js';
import { measuredSections, thresholdSections } from './decisions-markdown.js';
import { baselineNames, figure, grouped, intervalText, percent, signed } from './format.js';
import { lineage } from './lineage.js';
import { cell, markdownTable } from './markdown-table.js';
import { metricTitles } from './metric-titles.js';
import type { Pictures } from './pictures.js';

/** Slices and mistakes that are told; all slices are in slices.csv. */
const TOLD = 10;

/** report.md of an evaluation: the conclusion, the figures, and the pictures beside it. */
export function evaluationMarkdown(content: ReportContent, pictures: Pictures): string {
  const { evaluation, facts, gates = [], confusedPairs, mistakes } = content;
  const { headline, findings } = conclusionOf(content);
  const sliced = content.slices?.slices.slice(0, TOLD) ?? [];
  const shown = (name: string) => {
    const picture = pictures.get(name);
    return picture ? [`![${cell(picture.title)}](${name}.svg)`] : [];
  };
  return [
    `# ${nameOf(content)}`,
    `On ${cell(rowsText(content))} (${grouped(evaluation.metrics.n)} rows).`,
    `**${cell(headline)}**`,
    findings.map((finding) => `- ${cell(finding)}`).join('\n'),
    ...shown('standing'),
    ...(gates.length > 0
      ? [
          '## Gates',
          markdownTable(
            ['gate', 'result', 'value', 'held to'],
            gates.map(({ gate, passed, value, threshold }) => [
              gate,
              passed ? 'met' : 'missed',
              figure(value),
              figure(threshold),
            ]),
          ),
        ]
      : []),
    '## Figures',
    figures(content),
    '## By class',
    ...shown('per_class'),
    markdownTable(
      ['class', 'precision', 'recall', 'F1', 'rows'],
      evaluation.perClass.map((c) => [
        c.label,
        figure(c.precision),
        figure(c.recall),
        figure(c.f1),
        grouped(c.support),
      ]),
    ),
    '## Most confused',
    ...shown('confusion_matrix'),
    confusedPairs.length > 0
      ? markdownTable(
          ['label', 'predicted', 'rows', 'share'],
          confusedPairs.map((p) => [p.label, p.predicted, grouped(p.rows), percent(p.share)]),
        )
      : 'No row was mistaken.',
    ...(sliced.length > 0
      ? [
          '## Slices',
          markdownTable(
            ['slice', 'rows', 'accuracy', '95 % interval', 'than the rest'],
            sliced.map(({ by, value, n, accuracy, intervals, difference }) => [
              `${by} ${value}`,
              grouped(n),
              figure(accuracy),
              intervalText(intervals.accuracy),
              signed(difference),
            ]),
          ),
        ]
      : []),
    ...(mistakes.length > 0
      ? [
          '## Surest mistakes',
          markdownTable(
            ['row', 'label', 'predicted', 'probability'],
            mistakes
              .slice(0, TOLD)
              .map((m) => [`${m.file}:${m.line}`, m.label, m.predicted, figure(m.score)]),
          ),
        ]
      : []),
    ...measuredSections(content.measured ?? {}),
    ...thresholdSections(facts.thresholds, facts.classes.length),
    '## Ranking and calibration',
    ...['roc', 'precision_recall', 'reliability', 'scores'].flatMap(shown),
    ...('history' in facts.fit ? ['## Training', ...shown('history')] : []),
    '## Where it comes from',
    markdownTable(['what', 'value'], lineage(facts)),
    '',
  ].join('\n\n');
}

function figures({ evaluation, baselines = {}, facts }: ReportContent): string {
  const { metrics, intervals } = evaluation;
  const beside = (['nb', 'majority'] as const).filter((name) => baselines[name]);
  const keys = (Object.keys(metricTitles) as (keyof typeof metrics)[]).filter((key) => key !== 'n');
  return markdownTable(
    ['metric', facts.model, '95 % interval', ...beside.map((name) => baselineNames[name])],
    keys.map((key) => [
      metricTitles[key],
      figure(metrics[key]),
      intervalText(intervals[key as IntervalMetric]),
      ...beside.map((name) => figure((baselines[name] as Partial<typeof metrics>)[key] ?? null)),
    ]),
  );
}
