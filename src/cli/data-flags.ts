import { MaasError } from '../errors.js';
import type { CommandInput } from './command.js';

/** The flags of every command that reads rows to learn from. */
export const dataFlags = ['name', 'train', 'test', 'preset', 'threads', 'maxMemory'] as const;

/** What such a command hands on to its task as it was given. */
export const dataOptions = ({ args, values, store, devices, argv }: CommandInput) => ({
  data: namedData(args[0] as string[], values.train),
  ...(values.test ? { test: values.test } : {}),
  store,
  devices,
  threads: values.threads,
  maxMemory: values.maxMemory,
  name: values.name,
  command: ['maas', ...argv],
});

/** The files of the command line, else those of the config file. */
function namedData(args: string[], configured: string[] | undefined): string[] {
  const data = args.length > 0 ? args : configured;
  if (data) return data;
  throw new MaasError('usage', "missing required argument 'data'", {
    hint: 'name CSV files or a dataset, or set `train` in maas.config.yaml',
  });
}
