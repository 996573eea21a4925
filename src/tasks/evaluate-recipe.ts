import { MaasError } from '../errors.js';
import { bootstrapIntervals } from '../metrics/bootstrap.js';
import { evaluateFully } from '../metrics/evaluation.js';
import { type Listener, Stopwatch } from '../progress.js';
import { confusedPairs } from '../report/confusion.js';
import type { ModelManifest } from '../store/store.js';
import { crossValidate, vectorizedFor } from './cross-validate.js';
import type { EvaluateOptions, EvaluateResult } from './evaluate.js';
import { inTurn, openFitter } from './fit.js';
import { MemoryBudget } from './memory.js';
import { collect } from './prepare.js';
import { presets } from './presets.js';
import type { TrainSettings } from './settings.js';

/**
 * Fits models with a version's settings on folds of labelled files, and evaluates what they say of the rows that each of
 * them did not see. Throws `data`, `usage`, `device`.
 */
export async function evaluateRecipe(
  { config, sentence, embeddings: vectors }: ModelManifest,
  {
    data,
    cv: folds,
    settings: asked,
    devices,
    threads,
    embeddings,
    embeddingCache,
  }: EvaluateOptions & { cv: number },
  listener: Listener,
): Promise<Omit<EvaluateResult, 'model' | 'version'>> {
  if (!data) {
    throw new MaasError(
      'usage',
      '--cv fits anew, and a version holds no texts, expected --data with labelled rows',
    );
  }
  const { onBadRow, textColumn, labelColumn, delimiter } = asked;
  const settings: TrainSettings = {
    ...presets.default,
    ...(config as Partial<TrainSettings>),
    embeddings: whereNow(config as Partial<TrainSettings>, embeddings ?? sentence?.path),
    ...(textColumn && { textColumn }),
    ...(labelColumn && { labelColumn }),
    ...(delimiter && { delimiter }),
    onBadRow,
    testSize: 0,
  };
  const stopwatch = new Stopwatch();
  const collected = await collect(
    { data, threads, devices, embeddingCache },
    settings,
    new MemoryBudget(),
    stopwatch,
    listener,
  );
  const { rows, split, features } = collected;
  return inTurn(async () => {
    const folded = { rows, features, ...split };
    const { data: whole, sha256 } = await vectorizedFor(folded, split.train, listener);
    checkDigest(sha256, sentence?.sha256 ?? vectors?.sha256, settings.embeddings);
    const fitter = (await openFitter({ settings, devices, threads }, whole, listener))!;
    try {
      const { seed } = settings;
      const { cv, outcomes } = await crossValidate(folded, { folds, seed }, fitter, listener);
      const evaluation = evaluateFully(outcomes);
      return {
        data: { kind: 'folds', files: rows.files },
        ...evaluation,
        confusedPairs: confusedPairs(evaluation.confusion),
        intervals: bootstrapIntervals(outcomes),
        cv,
      };
    } finally {
      fitter.close();
    }
  });
}

/** Where the word vectors or the model of a recipe are now. Throws `usage` where it takes none. */
function whereNow({ embeddings = null }: Partial<TrainSettings>, moved: string | undefined): string | null {
  if (moved === undefined || embeddings !== null) return moved ?? embeddings;
  throw new MaasError(
    'usage',
    'the version was trained without word vectors or a model of sentences, expected no --embeddings',
  );
}

/** Throws `artifact` where word vectors or a model of sentences are not those that the version was trained with. */
function checkDigest(found: string | undefined, expected: string | undefined, path: string | null): void {
  if (found === expected) return;
  throw new MaasError(
    'artifact',
    `${path} is another file or model than the version was trained with: its sha256 is ${found}, expected ${expected}`,
    { hint: '--embeddings says where that one is' },
  );
}
