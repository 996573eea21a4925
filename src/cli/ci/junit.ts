import { hostname } from 'node:os';
import { figure, signed } from '../../report/format.js';
import type { GateResult } from '../../tasks/gate-results.js';
import type { CiFacts } from './facts.js';

/**
 * A JUnit file with a test suite for the version and a case for each gate. A gate that has nothing to be held to, since there
 * is no champion yet, is skipped.
 */
export function junit(
  command: string,
  { model, version, seconds = 0, evaluation, gates = [] }: CiFacts,
): string {
  const properties = Object.entries({ model, version, ...evaluation?.metrics })
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `      <property name="${xml(name)}" value="${xml(String(value))}"/>`);
  return suite(
    { name: `maas ${command} ${model}`, seconds },
    gates.map((gate) => caseOf(model, gate)),
    properties,
  );
}

/** A JUnit file that says that the command failed before it came to any gate. */
export function junitError(command: string, error: Error): string {
  return suite({ name: `maas ${command}`, seconds: 0 }, [
    {
      kind: 'error',
      text: testcase('maas', command, `<error type="${xml(error.name)}" message="${xml(error.message)}"/>`),
    },
  ]);
}

interface Case {
  kind: 'passed' | 'failure' | 'skipped' | 'error';
  text: string;
}

function caseOf(model: string, { gate, value, threshold, margin, passed, note }: GateResult): Case {
  const found = `value ${figure(value)}, threshold ${figure(threshold)}, margin ${signed(margin)}`;
  const told = `message="${xml(note ?? found)}"`;
  const kind = passed ? (threshold === null ? 'skipped' : 'passed') : 'failure';
  const inner = {
    passed: '',
    skipped: `<skipped ${told}/>`,
    failure: `<failure type="gate" ${told}>${xml(`${gate}: ${note ?? found}`)}</failure>`,
  };
  return { kind, text: testcase(`maas.${model}`, gate, inner[kind]) };
}

const testcase = (owner: string, name: string, inner: string) =>
  `    <testcase classname="${xml(owner)}" name="${xml(name)}" time="0">${inner}</testcase>`;

/** The order and the attributes are those that the strictest of the schemas in use asks for. */
function suite(
  { name, seconds }: { name: string; seconds: number },
  cases: readonly Case[],
  properties: readonly string[] = [],
): string {
  const count = (kind: Case['kind']) => cases.filter((each) => each.kind === kind).length;
  const counts = `tests="${cases.length}" failures="${count('failure')}" errors="${count('error')}" skipped="${count('skipped')}"`;
  const when = new Date().toISOString().slice(0, 19);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<testsuites>',
    `  <testsuite name="${xml(name)}" package="maas" id="0" ${counts} time="${seconds.toFixed(3)}" timestamp="${when}" hostname="${xml(hostname())}">`,
    '    <properties>',
    ...properties,
    '    </properties>',
    ...cases.map(({ text }) => text),
    '    <system-out/>',
    '    <system-err/>',
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};

/** Text for an attribute or an element; what XML 1.0 cannot hold becomes U+FFFD. */
export const xml = (text: string): string =>
  text
    .toWellFormed()
    .replace(/[\p{Cc}\uFFFE\uFFFF]/gu, (control) => (/[\t\n\r\x7f-\x9f]/.test(control) ? control : '\uFFFD'))
    .replace(/[&<>"\t\n\r]/g, (character) => entities[character]!);
