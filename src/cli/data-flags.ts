import type { CommandInput } from './command.js';

/** The flags of every command that reads rows to learn from. */
export const dataFlags = ['name', 'test', 'preset', 'threads', 'maxMemory'] as const;

/** What such a command hands on to its task as it was given. */
export const dataOptions = ({ args, values, store, devices, argv }: CommandInput) => ({
  data: args[0] as string[],
  ...(values.test ? { test: values.test } : {}),
  store,
  devices,
  threads: values.threads,
  maxMemory: values.maxMemory,
  name: values.name,
  command: ['maas', ...argv],
});
