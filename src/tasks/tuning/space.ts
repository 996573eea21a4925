import { MaasError } from '../../errors.js';
import type { ClassifierKind } from '../../models/kinds.js';
import { type Random, seededRandom, shuffle } from '../../random.js';
import { checkRows, resolveSettings, settingsInUse } from '../presets.js';
import type { Recipe } from '../recipe.js';
import type { Setting } from '../setting.js';
import { type SettingName, settings, type TrainSettings } from '../settings.js';
import { draw, portfolio } from './default-space.js';

/** Decides what settings leave to the data. */
type Decide = (settings: TrainSettings) => Recipe;

/** Settings by name, as flags and config files give them. */
export type Changes = Partial<Record<SettingName, unknown>>;

/** Numbers to draw from; with `log` their logarithms are spread evenly. */
export interface Range {
  from: number;
  to: number;
  log: boolean;
}

/** What to try of each setting. */
export type SearchSpace = Partial<Record<SettingName, readonly unknown[] | Range>>;

/** A recipe to try. */
export interface Candidate {
  /** From 1, the recipe that is searched around. */
  id: number;
  /** What it has changed of that recipe. */
  changes: Changes;
  settings: Recipe;
}

/** What a search is about. */
export interface SpaceOptions {
  /** Settings that are given: they are not varied. */
  given: Changes;
  preset: string | undefined;
  /** Models to try; those of the default space if absent. */
  models: readonly ClassifierKind[] | undefined;
  /** What to try; the default space if absent. */
  space: SearchSpace | undefined;
  /** Whether rare classes weigh as much as frequent ones in what is searched for. */
  macro: boolean;
  seed: number;
  decide: Decide;
}

/** Reads a search space: a list of values, or a range of numbers, for each setting. Throws `usage`. */
export function parseSpace(value: Record<string, unknown>): SearchSpace {
  const space: SearchSpace = {};
  for (const [name, values] of Object.entries(value)) {
    if (!Object.hasOwn(settings, name) || unsearchable.has(name)) {
      throw new MaasError('usage', `search names "${name}", which is no setting that can be searched`);
    }
    const setting: Setting<unknown> = settings[name as SettingName];
    space[name as SettingName] = Array.isArray(values)
      ? listOf(name, setting, values)
      : rangeOf(name, setting, values);
  }
  return space;
}

/** Settings that say what is trained on and scored, which all trials must have in common. */
const unsearchable = new Set([
  ...['textColumn', 'labelColumn', 'delimiter', 'onBadRow', 'testSize', 'validationSize', 'seed', 'device'],
  ...['patience', 'monitor', 'calibrate', 'tuneThreshold'],
]);

function listOf(name: string, setting: Setting<unknown>, values: unknown[]): unknown[] {
  if (values.length === 0) throw new MaasError('usage', `search.${name} is empty, expected values to try`);
  for (const value of values) {
    if (name === 'schedule' && value === 'plateau') {
      throw new MaasError(
        'usage',
        'search.schedule holds "plateau", which watches validation rows: in a search they score',
      );
    }
    if (setting.parse(value) !== undefined) continue;
    throw new MaasError(
      'usage',
      `search.${name} holds ${JSON.stringify(value)}, expected ${setting.expected}`,
    );
  }
  return values;
}

function rangeOf(name: string, setting: Setting<unknown>, value: unknown): Range {
  const { from, to, log = false, ...more } = (value ?? {}) as Partial<Range>;
  const numbers = typeof from === 'number' && typeof to === 'number' && from < to && typeof log === 'boolean';
  const parsed = numbers && typeof setting.parse(from) === 'number' && typeof setting.parse(to) === 'number';
  if (!parsed || (log && from <= 0) || Object.keys(more).length > 0) {
    throw new MaasError(
      'usage',
      `search.${name} is ${JSON.stringify(value)}, expected a list of values, or a range such as {from: 0.1, to: 100, log: true}`,
    );
  }
  return { from, to, log };
}

/** Recipes in the order in which they are to be tried, each once; the first is what was given. */
export function* candidates(options: SpaceOptions): Generator<Candidate> {
  const { given, preset, seed, decide } = options;
  const seen = new Set<string>();
  // what is given is held to, unless the space names it
  const fixed = new Set(Object.keys(given).filter((name) => given[name as SettingName] !== undefined));
  for (const name of Object.keys(options.space ?? {})) fixed.delete(name);
  let id = 0;
  for (const changes of allChanges(options, seededRandom(seed))) {
    const free = Object.fromEntries(Object.entries(changes).filter(([name]) => !fixed.has(name)));
    const settings = resolved({ ...given, ...used(given, free) }, preset, decide);
    if (!settings || seen.has(JSON.stringify(settings))) continue;
    seen.add(JSON.stringify(settings));
    yield { id: ++id, changes: needed(given, used(given, free), settings, preset, decide), settings };
  }
}

/** The changes without those that lead to the same settings. */
function needed(
  given: Changes,
  changes: Changes,
  settings: Recipe,
  preset: string | undefined,
  decide: Decide,
): Changes {
  const wanted = JSON.stringify(settings);
  let left = changes;
  for (const name of Object.keys(changes) as SettingName[]) {
    const { [name]: _, ...without } = left;
    if (JSON.stringify(resolved({ ...given, ...without }, preset, decide)) === wanted) left = without;
  }
  return left;
}

/** The changes that their model and vectorizer have a use for. */
function used(given: Changes, free: Changes): Changes {
  const inUse = settingsInUse({ ...given, ...free });
  return Object.fromEntries(Object.entries(free).filter(([name]) => inUse.has(name as SettingName)));
}

/** The settings of a recipe. Throws `usage` where they contradict each other, the preset's model included. */
export function resolveRecipe(given: Changes, preset: string | undefined): TrainSettings {
  const settings = resolveSettings(given, preset);
  checkRows(settings.model, settings.vectorizer);
  if (settings.vectorizer === 'sentence') {
    throw new MaasError('usage', 'tune counts terms, expected no vectorizer "sentence"', {
      hint: '`maas train --vectorizer sentence` chooses C by itself; --cv 5 compares models',
    });
  }
  return settings;
}

/** The changes of the first recipe: none, unless the preset's model, which is always logistic, is not among those named. */
export const firstChanges = (models: readonly ClassifierKind[] | undefined, given: Changes): Changes =>
  models && given.model === undefined && !models.includes('logistic') ? { model: models[0] } : {};

/** Undefined where what was given contradicts the changes. */
function resolved(given: Changes, preset: string | undefined, decide: Decide): Recipe | undefined {
  try {
    return decide(resolveRecipe(given, preset));
  } catch (error) {
    if (error instanceof MaasError && error.code === 'usage') return undefined;
    throw error;
  }
}

/** Draws in vain, one after the other, after which a space counts as exhausted. */
const PATIENCE = 200;
/** Grids up to this size are gone through; of larger ones points are drawn. */
const LARGEST_GRID = 4096;

function* allChanges({ space, models, macro, given }: SpaceOptions, random: Random): Generator<Changes> {
  yield firstChanges(models, given);
  if (!space) {
    const allowed = given.model === undefined ? models : [given.model as ClassifierKind];
    yield* portfolio(allowed);
    for (let i = 0; i < 10_000; i++) yield draw(allowed, macro, random);
    return;
  }
  const axes: [string, readonly unknown[] | Range][] = Object.entries(space);
  if (models && !space.model) axes.push(['model', models]);
  const size = axes.reduce(
    (n, [, values]) => n * ('length' in values ? values.length : Number.POSITIVE_INFINITY),
    1,
  );
  if (size <= LARGEST_GRID) {
    for (const place of shuffle(
      Uint32Array.from({ length: size }, (_, i) => i),
      random,
    ))
      yield point(axes, place);
    return;
  }
  const drawn = new Set<string>();
  for (let vain = 0; vain < PATIENCE; vain++) {
    const changes = Object.fromEntries(axes.map(([name, values]) => [name, oneOf(name, values, random)]));
    if (drawn.has(JSON.stringify(changes))) continue;
    drawn.add(JSON.stringify(changes));
    vain = 0;
    yield changes;
  }
}

/** A point of a grid by its number. */
function point(axes: [string, readonly unknown[] | Range][], place: number): Changes {
  const changes: Record<string, unknown> = {};
  let rest = place;
  for (const [name, values] of axes) {
    const list = values as readonly unknown[];
    changes[name] = list[rest % list.length];
    rest = Math.floor(rest / list.length);
  }
  return changes;
}

function oneOf(name: string, values: readonly unknown[] | Range, random: Random): unknown {
  if (!('from' in values)) return values[Math.floor(random() * values.length)];
  const { from, to, log } = values;
  const number = log ? from * (to / from) ** random() : from + (to - from) * random();
  const setting: Setting<unknown> = settings[name as SettingName];
  // three digits say all there is to say, and read well
  const short = Number(number.toPrecision(3));
  return setting.parse(short) === undefined ? Math.round(number) : short;
}
