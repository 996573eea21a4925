import type { MaasError } from '../errors.js';
import type { CiFacts } from './ci/facts.js';
import type { FlagName, FlagValues } from './flags.js';
import type { Terminal } from './terminal.js';

/** What a command gets to work with. */
export interface CommandInput {
  /** Positional arguments, in order; variadic ones as one list. */
  args: (string | string[] | undefined)[];
  /** Flags from the command line and the config file, checked. */
  values: FlagValues;
  /** Those of the command line. */
  typed: ReadonlySet<FlagName>;
  /** The settings among them, by name. */
  settings: Record<string, unknown>;
  store: string;
  /** Where the libraries of devices are installed, if not in the usual place. */
  devices: string | undefined;
  /** Where embeddings are kept by content, if anywhere. */
  embeddingCache: string | undefined;
  /** The command line, for manifests. */
  argv: readonly string[];
  terminal: Terminal;
}

/** A result: as data for `--json`, as text for people. */
export interface CommandOutput {
  json: object;
  text: string;
  /** What makes it a failure all the same: a gate that is not met. */
  error?: MaasError | undefined;
  /** What a CI is told, found out only where there is one. */
  ci?: () => Promise<CiFacts>;
}

/** One command of maas: what its help says, and what it does. */
export interface Command {
  /** Name and arguments as help shows them: "train <data...>". */
  usage: string;
  summary: string;
  /** Command lines that work, with what they do. */
  examples: [command: string, does: string][];
  flags: readonly FlagName[];
  /** Does the work. Answers with what to print, or nothing if it has written to stdout itself. */
  run(input: CommandInput): Promise<CommandOutput | undefined>;
}
