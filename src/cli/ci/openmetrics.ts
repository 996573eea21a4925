import { type ComparedMetric, comparedMetrics } from '../../metrics/comparison.js';
import type { CiFacts } from './facts.js';

type Labels = Record<string, string>;

/** Metrics of a family: what they tell, and a value for each set of labels. */
interface Family {
  name: string;
  help: string;
  unit?: string;
  samples: [labels: Labels, value: number | boolean | null | undefined][];
}

/**
 * The figures of a version in the OpenMetrics text format, 1.0. The version is a value and no label, so that who compares two
 * runs finds the same series in both. An undefined figure has no sample.
 */
export function openMetrics(facts: CiFacts): string {
  const own = { model: facts.model };
  const { evaluation, gates = [], comparison } = facts;
  const { n, ...metrics } = evaluation?.metrics ?? { n: undefined };
  const families: Family[] = [
    { name: 'version', help: 'number of the version', samples: [[own, facts.version]] },
    { name: 'rows', help: 'rows that the metrics are about', samples: [[own, n]] },
    { name: 'total_seconds', help: 'time for everything', unit: 'seconds', samples: [[own, facts.seconds]] },
    { name: 'rows_skipped', help: 'bad rows that were left out', samples: [[own, facts.skipped]] },
    ...Object.entries(metrics).map(([name, value]) => ({
      ...{ name, help: name.replaceAll('_', ' ') },
      samples: [[own, value]] as Family['samples'],
    })),
    ...Object.entries(evaluation?.intervals ?? {}).map(([name, interval]) => ({
      name: `${name}_bound`,
      help: `bound of the 95 % interval of ${name.replaceAll('_', ' ')}`,
      samples: ['low', 'high'].map((bound, b): Family['samples'][number] => [
        { ...own, bound },
        interval?.[b],
      ]),
    })),
    ...(['precision', 'recall', 'f1', 'support'] as const).map((name) => ({
      name: `class_${name}`,
      help: name === 'support' ? 'rows of a class' : `${name} of a class`,
      samples: (evaluation?.perClass ?? []).map((each): Family['samples'][number] => [
        { ...own, class: each.label },
        each[name],
      ]),
    })),
    ...(Object.keys(comparedMetrics) as ComparedMetric[]).map((name) => ({
      name: `${name}_change`,
      help: `${name.replaceAll('_', ' ')} less that of the version it is compared with`,
      samples: [[own, comparison?.metrics[name].difference]] as Family['samples'],
    })),
    {
      name: 'gate_passed',
      help: '1 where a gate is met, 0 where it is not',
      samples: gates.map(({ gate, passed }) => [{ ...own, gate }, passed]),
    },
    {
      name: 'gate_margin',
      help: 'how far the version is on the right side of a gate',
      samples: gates.map(({ gate, margin }) => [{ ...own, gate }, margin]),
    },
  ];
  return `${families.map(familyText).join('')}# EOF\n`;
}

function familyText({ name, help, unit, samples }: Family): string {
  const found = new Map<string, number>();
  for (const [labels, value] of samples) {
    if (value !== null && value !== undefined) found.set(labelsText(labels), Number(value));
  }
  if (found.size === 0) return '';
  const full = `maas_${name}`;
  return [
    `# TYPE ${full} gauge`,
    ...(unit ? [`# UNIT ${full} ${unit}`] : []),
    `# HELP ${full} ${escaped(help)}`,
    ...Array.from(found, ([labels, value]) => `${full}{${labels}} ${value}`),
    '',
  ].join('\n');
}

const labelsText = (labels: Labels) =>
  Object.entries(labels)
    .map(([name, value]) => `${name}="${escaped(inOneLine(value))}"`)
    .join(',');

/** Without controls that some readers end a line at. */
const inOneLine = (text: string) => text.toWellFormed().replace(/(?!\n)[\p{Cc}\u2028\u2029]/gu, ' ');

const escaped = (text: string) =>
  text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');
