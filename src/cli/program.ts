import { Command as Commander, CommanderError, Option } from 'commander';
import { exitCodes, MaasError } from '../errors.js';
import { presets } from '../tasks/presets.js';
import { settings } from '../tasks/settings.js';
import { version } from '../version.js';
import type { Place } from './ci/annotations.js';
import { type CiPlaces, ciPlaces } from './ci/places.js';
import type { Command } from './command.js';
import { readConfig } from './config.js';
import { embeddingCacheOf } from './embedding-cache.js';
import {
  type FlagName,
  type FlagValues,
  flags,
  flagUsage,
  longFlag,
  parseFlag,
  publicName,
  repeatable,
} from './flags.js';
import { asFlag, asKey, type GivenNames, nameAsGiven } from './given-names.js';
import { errorAsJson } from './rows.js';
import { endOnSignals } from './signals.js';
import { Terminal } from './terminal.js';

/** Flags that every command has. */
export const common = ['config', 'store', 'json', 'quiet', 'verbose', 'color', 'ci'] as const;

/** Commands by what is typed, each loaded when it is needed. */
export type Commands = Readonly<Record<string, () => Promise<Command>>>;

/** Parses the arguments, runs the command they name, prints its answer, and answers with the exit code. */
export async function execute(argv: readonly string[], commands: Commands): Promise<number> {
  // what goes wrong before the flags are known is told in the form that was asked for, too
  let terminal = new Terminal({
    quiet: false,
    verbose: argv.includes('--verbose'),
    color: !argv.includes('--no-color'),
    annotations: ciPlaces(process.env, {}).annotations,
  });
  let json = argv.includes('--json');
  endOnSignals(() => ({ terminal, json }));
  const program = new Commander('maas')
    .description('From a CSV of texts and labels to a trained, evaluated, versioned and deployed classifier.')
    .version(version)
    .showHelpAfterError(false)
    .helpCommand('help [command]', 'show the help of a command');
  quieten(program);
  for (const [name, load] of neededBy(argv, commands)) {
    declare(program, name.split(' '), await load(), argv, (made, values) => {
      terminal = made;
      json = values.json ?? false;
    });
  }
  program.addHelpText(
    'after',
    '\nExample:\n  maas train data.csv && maas evaluate && maas export\n\n`maas help <command>` shows its flags and examples.',
  );
  try {
    await program.parseAsync(argv, { from: 'user' });
    return 0;
  } catch (error) {
    // whoever feeds stdin is not waited for
    process.stdin.destroy();
    return report(error, terminal, json);
  } finally {
    terminal.stop();
    await flush();
  }
}

/** The command that the first argument names, or all where it names none. */
function neededBy(argv: readonly string[], commands: Commands) {
  const all = Object.entries(commands);
  const named = all.filter(([name]) => name === argv[0]);
  return named.length > 0 ? named : all;
}

function declare(
  program: Commander,
  path: string[],
  command: Command,
  argv: readonly string[],
  use: (terminal: Terminal, values: FlagValues) => void,
): void {
  const [name, ...rest] = path as [string, ...string[]];
  const parent = rest.length === 0 ? program : groupOf(program, name);
  const [, ...args] = command.usage.split(' ');
  const declared = parent.command([rest.at(-1) ?? name, ...args].join(' ')).description(command.summary);
  quieten(declared);
  const names: FlagName[] = [...command.flags, ...common];
  for (const flag of names) addOption(declared, flag);
  declared.addHelpText(
    'after',
    `\nExamples:\n${command.examples.map(([line, does]) => `  ${line}\n      ${does}`).join('\n')}`,
  );
  declared.action(async (...received: unknown[]) => {
    const positional = received.slice(0, -2) as (string | string[] | undefined)[];
    const given: GivenNames = new Map();
    const values = await collectFlags(declared, names, given);
    const places = ciPlaces(process.env, values);
    const terminal = new Terminal({
      quiet: values.quiet ?? false,
      verbose: values.verbose ?? false,
      color: values.color ?? true,
      annotations: places.annotations,
    });
    use(terminal, values);
    await terminal.prepare();
    const store = values.store ?? (process.env.MAAS_STORE || 'artifacts');
    const embeddingCache = await embeddingCacheOf(values, store);
    const telling = command.flags.includes('junit') ? await openTelling(path, places, terminal) : undefined;
    const running = command.run({
      args: positional,
      values,
      typed: new Set(names.filter((flag) => isTyped(declared, flag))),
      settings: Object.fromEntries(Object.entries(values).filter(([flag]) => Object.hasOwn(settings, flag))),
      store,
      devices: process.env.MAAS_DEVICES || undefined,
      embeddingCache,
      argv,
      terminal,
    });
    const output = await running.catch(async (failure) => {
      nameAsGiven(failure, given);
      await telling?.failed(failure);
      throw failure;
    });
    terminal.stop();
    if (!output) return;
    const { json, text, error, ci } = output;
    const whole = error ? { ...json, error: errorAsJson(error) } : json;
    process.stdout.write(`${values.json ? JSON.stringify(whole) : text}\n`);
    terminal.toldOnStdout = true;
    if (ci) await telling?.done(await ci());
    if (error) throw error;
  });
}

/** Whom a CI is told by what comes of a command, where there is one. */
async function openTelling(path: readonly string[], places: CiPlaces, terminal: Terminal) {
  const { annotations: _, run: _where, ...written } = places;
  if (Object.values(written).every((place) => place === undefined)) return undefined;
  const { CiTelling } = await import('./ci/tell.js');
  return CiTelling.open(path.join(' '), places, terminal);
}

/** `models` in `models list`: a command that only holds others. */
function groupOf(program: Commander, name: string): Commander {
  const found = program.commands.find((command) => command.name() === name);
  if (found) return found;
  const group = program
    .command(name)
    .description('the versions in the store: list, show, compare, verify, promote');
  quieten(group);
  return group;
}

/** Switches that are on unless they are switched off, and what their help says. */
const on: Partial<Record<FlagName, string>> = {
  color: 'no colours (NO_COLOR and FORCE_COLOR are honoured, too)',
  report: 'do not write the report',
};

function addOption(command: Commander, flag: FlagName): void {
  const { help, metavar } = flags[flag] as { help: string; metavar?: string };
  const unless = on[flag];
  if (unless !== undefined) {
    command.addOption(new Option(longFlag(flag).replace('--', '--no-'), unless));
    return;
  }
  const preset = (presets.default as Partial<Record<FlagName, unknown>>)[flag];
  if (metavar !== undefined || preset === undefined) {
    const shown = preset === undefined ? '' : ` (default: ${preset === null ? 'none' : String(preset)})`;
    const option = new Option(flagUsage(flag), help + shown);
    if (repeatable.has(flag))
      option.argParser((value: string, before?: string[]) => [...(before ?? []), value]);
    command.addOption(option);
    return;
  }
  // a switch has two forms; help shows the one that changes something
  const off = longFlag(flag).replace('--', '--no-');
  command.addOption(new Option(longFlag(flag), help).hideHelp(preset === true));
  command.addOption(new Option(off, `do not ${help}`).hideHelp(preset === false));
}

/** Whether a flag stands on the command line. */
const isTyped = (command: Commander, flag: FlagName): boolean =>
  command.getOptionValueSource(publicName(flag)) === 'cli';

/** The values of a command's flags: those of the command line, else those of the config file; `given` takes their names. */
async function collectFlags(
  command: Commander,
  names: readonly FlagName[],
  given: GivenNames,
): Promise<FlagValues> {
  const typed = (flag: FlagName) => {
    const name = publicName(flag);
    return isTyped(command, flag) ? command.getOptionValue(name) : undefined;
  };
  const config = await readConfig(typed('config') as string | undefined);
  const values: Record<string, unknown> = {};
  for (const flag of names) {
    const fromCli = typed(flag);
    const fromFile =
      config && Object.hasOwn(config.values, publicName(flag)) ? config.values[publicName(flag)] : undefined;
    const take = (value: unknown, name: string) => {
      given.set(flag, name);
      values[flag] = parseFlag(flag, value, name);
    };
    if (fromCli !== undefined) take(fromCli, asFlag(flag, fromCli));
    else if (fromFile !== undefined && !isForAnother(flag, fromFile))
      take(fromFile, asKey(flag, config!.file));
  }
  return values as FlagValues;
}

/** Whether a value of the config file is meant for a command with another flag of the same name (`format`). */
function isForAnother(flag: FlagName, value: unknown): boolean {
  const namesakes = (Object.keys(flags) as FlagName[]).filter(
    (name) => publicName(name) === publicName(flag),
  );
  return (
    flags[flag].parse(value) === undefined && namesakes.some((name) => flags[name].parse(value) !== undefined)
  );
}

/** Lets commander throw in the place of printing and exiting. */
function quieten(command: Commander): void {
  command.exitOverride().configureOutput({ writeErr: () => {} });
}

function report(error: unknown, terminal: Terminal, json: boolean): number {
  const known = error instanceof CommanderError ? fromCommander(error) : (fromDisk(error) ?? error);
  if (known === undefined) return 0;
  const fault = known instanceof Error ? known : new Error(String(known));
  const code = fault instanceof MaasError ? fault.code : 'failed';
  const hint = fault instanceof MaasError ? fault.hint : undefined;
  if (json && !terminal.toldOnStdout)
    process.stdout.write(`${JSON.stringify({ error: errorAsJson(fault) })}\n`);
  terminal.fail(fault.message, hint, fault instanceof MaasError ? placeOf(fault) : undefined);
  if (!(fault instanceof MaasError) || terminal.options.verbose) {
    process.stderr.write(
      `${fault.stack ?? ''}\n${fault.cause instanceof Error ? `caused by ${fault.cause.stack}\n` : ''}`,
    );
  }
  return exitCodes[code];
}

/** The file, and the line of it, that an error is about. */
function placeOf({ details }: MaasError): Place | undefined {
  const { file, line } = details ?? {};
  if (typeof file !== 'string') return undefined;
  return { file, ...(typeof line === 'number' && { line }) };
}

/** Commander's complaint as ours; nothing where it only printed help or the version. */
function fromCommander(error: CommanderError): MaasError | undefined {
  if (error.exitCode === 0) return undefined;
  if (error.code === 'commander.help') {
    return new MaasError('usage', 'there is no command', { hint: '`maas --help` lists them' });
  }
  const [message, suggestion] = error.message.replace(/^error: /, '').split('\n') as [string, string?];
  const hint = suggestion ? suggestion.replace(/[()]/g, '') : '`maas help <command>` shows what it takes';
  return new MaasError('usage', message, { hint: hint[0]!.toLowerCase() + hint.slice(1) });
}

/** What a disk refuses, which is no fault of ours, as one sentence. */
const refusals: Record<string, string> = {
  EACCES: 'this user may not',
  EPERM: 'this user may not',
  EROFS: 'the disk can only be read',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota is used up',
};

function fromDisk(error: unknown): MaasError | undefined {
  if (error instanceof MaasError || !(error instanceof Error)) return undefined;
  const { code = '', path } = error as NodeJS.ErrnoException;
  const why = Object.hasOwn(refusals, code) ? refusals[code] : undefined;
  if (why === undefined) return undefined;
  return new MaasError('failed', `${path ?? 'a file'} cannot be used: ${why} (${code})`, { cause: error });
}

/** Waits until stdout has taken everything. */
const flush = () => new Promise<void>((resolve) => process.stdout.write('', () => resolve()));
