import type { Command } from '../command.js';
import { doctorCommand } from './doctor.js';
import { evaluate } from './evaluate.js';
import { exportCommand } from './export.js';
import { modelsList, modelsShow } from './models.js';
import { predict } from './predict.js';
import { preprocess } from './preprocess.js';
import { train } from './train.js';
import { tune } from './tune.js';

/** The commands of maas, in the order of its help. A name of two words is a command in a group. */
export const commands = {
  preprocess,
  train,
  tune,
  evaluate,
  predict,
  export: exportCommand,
  doctor: doctorCommand,
  'models list': modelsList,
  'models show': modelsShow,
} as const satisfies Record<string, Command>;
