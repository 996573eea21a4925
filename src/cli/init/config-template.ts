import { stringify } from 'yaml';
import type { JsonSchema } from '../../tasks/json-schema.js';
import { dataSettings, decisionSettings, featureSettings, modelSettings } from '../../tasks/settings.js';
import { type ConfigKey, configKeys, helpOf, schemaOf } from '../config-schema.js';
import { flags, longFlag } from '../flags.js';

/** Keys by what they are about; all others stand under the last heading. */
const sections: [heading: string, keys: readonly string[]][] = [
  ['Rows', ['train', 'test', 'name', ...Object.keys(dataSettings)]],
  ['Features', ['preset', ...Object.keys(featureSettings)]],
  ['Model', Object.keys(modelSettings)],
  ['Decisions', [...Object.keys(decisionSettings), 'coverage', 'minScore']],
  ['Search (maas tune)', ['trials', 'budget', 'metric', 'models', 'search', 'cv']],
  ['Gates', ['gate', 'maxNegativeFlips', 'promote']],
];
const REST = 'Everything else that is a flag of some command';

const WIDTH = 100;

/** A config file with every key, commented out but for the given values. */
export function configTemplate(schemaFile: string, values: Record<string, unknown>): string {
  const keys = configKeys();
  const placed = new Set(sections.flatMap(([, names]) => names));
  const all: typeof sections = [
    ...sections,
    [REST, keys.map(({ key }) => key).filter((key) => !placed.has(key))],
  ];
  const text = all.map(([heading, names]) => {
    const entries = names.flatMap((name) => keys.filter(({ key }) => key === name));
    const told = entries.map((key) => entry(key, values[key.key]));
    return `# ${'-'.repeat(3)} ${heading} ${'-'.repeat(Math.max(3, WIDTH - 7 - heading.length))}\n\n${told.join('\n')}`;
  });
  return `${head(schemaFile)}\n${text.join('\n')}`;
}

const head = (schemaFile: string) => `# yaml-language-server: $schema=${schemaFile}
#
# Settings of maas for this folder. Each is a flag, too (ngramRange is --ngram-range), and a flag of the command line wins.
# A line such as "#seed: 42" sets nothing until its "#" is gone. What stands there is the default; where there is none, it is
# an example, and nothing holds by itself.
`;

function entry(key: ConfigKey, value: unknown): string {
  const flag = key.flags.map((name) => longFlag(name))[0];
  const help = wrapped(`${helpOf(key)} (${flag})`);
  if (value !== undefined) return `${help}\n${line(key.key, value)}\n`;
  return `${help}\n#${line(key.key, key.default ?? sample(key))}\n`;
}

/** "ngramRange: [ 1, 2 ]", in one line. */
const line = (key: string, value: unknown): string =>
  stringify({ [key]: value }, { collectionStyle: 'flow', lineWidth: 0 })
    .trim()
    .replace(/^\{ (.*) \}$/s, '$1');

/** A value that shows the form, where nothing holds by itself. */
function sample(key: ConfigKey): unknown {
  const { metavar } = flags[key.flags[0]!] as { metavar?: string };
  return sampleOf(schemaOf(key), metavar ?? '');
}

function sampleOf({ examples, enum: names, type, minimum, anyOf }: JsonSchema, metavar: string): unknown {
  if (examples) return examples[0];
  if (names) return names[0];
  if (anyOf) return sampleOf(anyOf[0]!, metavar);
  if (type === 'boolean') return true;
  if (type === 'integer' || type === 'number') return minimum ?? 1;
  return metavar;
}

/** A comment of lines of bearable width. */
function wrapped(text: string): string {
  const lines = [''];
  for (const word of text.split(' ')) {
    const last = lines.at(-1)!;
    if (last !== '' && last.length + word.length + 1 > WIDTH) lines.push(word);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  return lines.map((each) => `# ${each}`).join('\n');
}
