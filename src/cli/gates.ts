import { MaasError } from '../errors.js';
import { figure, signed } from '../report/format.js';
import type { GateResult } from '../tasks/gate-results.js';
import type { FlagValues } from './flags.js';
import { type Terminal, textTable } from './terminal.js';

/** The flags of every command that publishes a version and may hold it to gates. */
export const gateFlags = ['gate', 'maxNegativeFlips', 'promote'] as const;

/** What such a command hands on to its task as it was given. */
export const gateOptions = ({ gate, maxNegativeFlips, promote }: FlagValues) => ({
  gate,
  maxNegativeFlips,
  promote,
});

/** How a version did at its gates, as a table. */
export const gatesText = (gates: readonly GateResult[], style: Terminal['style']): string =>
  textTable(
    style,
    ['gate', 'value', 'threshold', 'margin', ''],
    gates.map(({ gate, value, threshold, margin, passed, note }) => [
      gate,
      figure(value),
      figure(threshold),
      signed(margin),
      `${passed ? 'passed' : 'failed'}${note ? `: ${note}` : ''}`,
    ]),
    [false, true, true, true],
  );

/** What says that gates are not met, if any is not. */
export function gateError(gates: readonly GateResult[] = []): MaasError | undefined {
  const failed = gates.filter(({ passed }) => !passed);
  if (failed.length === 0) return undefined;
  const names = failed.map(({ gate }) => `"${gate}"`).join(', ');
  return new MaasError(
    'gate',
    `${failed.length} of ${gates.length} ${gates.length === 1 ? 'gate is' : 'gates are'} not met: ${names}`,
  );
}
