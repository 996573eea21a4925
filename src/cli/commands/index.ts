import type { Command } from '../command.js';

/** The commands of maas, in the order of its help, loaded by need. A name of two words is a command in a group. */
export const commands = {
  preprocess: async () => (await import('./preprocess.js')).preprocess,
  train: async () => (await import('./train.js')).train,
  tune: async () => (await import('./tune.js')).tune,
  evaluate: async () => (await import('./evaluate.js')).evaluate,
  predict: async () => (await import('./predict.js')).predict,
  explain: async () => (await import('./explain.js')).explainCommand,
  export: async () => (await import('./export.js')).exportCommand,
  reproduce: async () => (await import('./reproduce.js')).reproduce,
  serve: async () => (await import('./serve.js')).serveCommand,
  init: async () => (await import('./init.js')).init,
  verify: async () => (await import('./verify.js')).verifyCommand,
  doctor: async () => (await import('./doctor.js')).doctorCommand,
  'models list': async () => (await import('./models.js')).modelsList,
  'models show': async () => (await import('./models.js')).modelsShow,
  'models compare': async () => (await import('./compare.js')).modelsCompare,
  'models verify': async () => (await import('./models-verify.js')).modelsVerify,
  'models promote': async () => (await import('./aliases.js')).modelsPromote,
  'models rollback': async () => (await import('./aliases.js')).modelsRollback,
  'models history': async () => (await import('./aliases.js')).modelsHistory,
  'models remove': async () => (await import('./remove.js')).modelsRemove,
} as const satisfies Record<string, () => Promise<Command>>;
