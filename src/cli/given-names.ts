import { MaasError } from '../errors.js';
import { type FlagName, longFlag, publicName } from './flags.js';

/** How flags were given, by their names: "--min-df", or "minDf in maas.config.yaml". */
export type GivenNames = Map<string, string>;

/** A flag as a command line has it; a switch that is off has another. */
export const asFlag = (flag: FlagName, value: unknown): string =>
  value === false ? longFlag(flag).replace('--', '--no-') : longFlag(flag);

/** A flag as a config file has it. */
export const asKey = (flag: FlagName, file: string): string => `${publicName(flag)} in ${file}`;

/** Has an error call the settings that its details list by the names under which they were given. */
export function nameAsGiven(error: unknown, given: GivenNames): void {
  const settings = error instanceof MaasError ? error.details?.settings : undefined;
  if (!Array.isArray(settings)) return;
  const fault = error as MaasError;
  for (const setting of settings) {
    // whole words outside of quotes and paths
    const name = new RegExp(`(?<![\\w"/.-])${setting}(?![\\w"/.-])`);
    fault.message = fault.message.replace(name, () => given.get(setting) ?? longFlag(setting));
  }
}
