import type { ClassifierKind } from '../../models/kinds.js';
import type { Random } from '../../random.js';
import type { Changes } from './space.js';

/** Models that are tried where none are named; the others take long for what they bring. */
const usual: readonly ClassifierKind[] = ['logistic', 'nb', 'dense'];

/** Recipes that did best on one kind of text or another, to begin with. */
const known: Changes[] = [
  { C: 30 },
  { C: 3 },
  { C: 100 },
  { analyzer: 'char_wb', ngramRange: [2, 5], C: 10 },
  { analyzer: 'char_wb', ngramRange: [2, 5], C: 30 },
  { C: 10 },
  { ngramRange: [1, 1] },
  { ngramRange: [1, 3], C: 30 },
  { model: 'nb', complement: true, alpha: 0.3 },
  { model: 'nb', alpha: 0.1, ngramRange: [1, 3] },
];

/** What texts are cut into. */
const terms: Changes[] = [
  { analyzer: 'word', ngramRange: [1, 1] },
  { analyzer: 'word', ngramRange: [1, 2] },
  { analyzer: 'word', ngramRange: [1, 3] },
  { analyzer: 'char_wb', ngramRange: [2, 4] },
  { analyzer: 'char_wb', ngramRange: [2, 5] },
  { analyzer: 'char', ngramRange: [1, 4] },
];

type Axes = Record<string, readonly unknown[]>;
const ofFeatures: Axes = { sublinearTf: [true, true, false], minDf: [1, 1, 2, 3] };

/** What to try of each model, and how often, where the models are drawn. */
const ofModel: Record<ClassifierKind, { weight: number; axes: Axes }> = {
  logistic: { weight: 6, axes: { C: [1, 3, 10, 30, 100, 300] } },
  nb: { weight: 2, axes: { complement: [true, false], alpha: [0.01, 0.03, 0.1, 0.3, 1] } },
  dense: { weight: 1, axes: { hidden: [[64], [128], [256]], dropout: [0, 0.3, 0.5], epochs: [3, 5, 10] } },
  bag: { weight: 1, axes: { dim: [16, 64, 128], learningRate: [0.003, 0.01, 0.03] } },
  cnn: { weight: 1, axes: { dim: [64, 128], filters: [100, 200], dropout: [0.3, 0.5] } },
  lstm: { weight: 1, axes: { dim: [64, 128], units: [64, 128], dropout: [0, 0.3] } },
  majority: { weight: 1, axes: {} },
};

/** The recipes to begin with, of these models. */
export function portfolio(models: readonly ClassifierKind[] = usual): Changes[] {
  const single = models.length === 1 ? models[0] : undefined;
  return known
    .filter(({ model = 'logistic' }) => models.includes(model as ClassifierKind))
    .map((changes) => (single ? { model: single, ...changes } : changes));
}

/** A recipe at random. `macro`: rare classes matter as much as frequent ones. */
export function draw(models: readonly ClassifierKind[] = usual, macro: boolean, random: Random): Changes {
  const one = <T>(values: readonly T[]) => values[Math.floor(random() * values.length)]!;
  const model = one(models.flatMap((name) => Array<ClassifierKind>(ofModel[name].weight).fill(name)));
  const readsOrder = model === 'cnn' || model === 'lstm';
  const axes: Axes = {
    ...ofFeatures,
    ...ofModel[model].axes,
    ...(macro && { classWeight: [null, 'balanced'] }),
  };
  // models of embeddings have values of their own for what is not the analyzer's affair
  if (readsOrder || model === 'bag') delete axes.sublinearTf;
  const drawn = Object.fromEntries(Object.entries(axes).map(([name, values]) => [name, one(values)]));
  return { model, ...(readsOrder ? {} : one(terms)), ...drawn };
}
