import type { PipelineState } from '../../pipeline.js';

/**
 * The shape of an array of a state, row-major, by where it stands in it: matrices have a row for each input, term or n-gram.
 */
export function shapeOf(path: string, length: number, { vectorizer, classifier }: PipelineState): number[] {
  const [room, part, place, name] = path.split('.');
  const rowsOf = (columns: number) => [length / columns, columns];
  if (room === 'vectorizer') {
    const vectors = part === 'vectors' || (part === 'subwords' && place === 'vectors');
    return vectors ? rowsOf(vectorizer.kind === 'embedding' ? vectorizer.features : length) : [length];
  }
  switch (classifier.kind) {
    case 'logistic':
    case 'nb':
      return part === 'coef' ? rowsOf(classifier.intercept.length) : [length];
    case 'bag':
    case 'dense':
      return name === 'kernel' ? rowsOf(classifier.layers[Number(place)]!.bias.length) : [length];
    case 'cnn':
    case 'lstm': {
      const { dim, scores } = classifier;
      if (part === 'embedding') return rowsOf(dim);
      if (part === 'scores') return place === 'kernel' ? rowsOf(scores.bias.length) : [length];
      if (name === 'bias') return [length];
      if (classifier.kind === 'lstm') return rowsOf(4 * classifier.units);
      const { width, bias } = classifier.convolutions[Number(place)]!;
      return [width, dim, bias.length];
    }
    case 'majority':
      return [length];
  }
}
