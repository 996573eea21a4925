import { MaasError } from '../errors.js';
import type { FeatureFit, FitWith } from '../features/fits.js';
import { bootstrapIntervals } from '../metrics/bootstrap.js';
import { evaluateFully } from '../metrics/evaluation.js';
import { type Listener, Stopwatch } from '../progress.js';
import { confusedPairs } from '../report/confusion.js';
import type { ModelManifest } from '../store/store.js';
import { crossValidate } from './cross-validate.js';
import type { EvaluateOptions, EvaluateResult } from './evaluate.js';
import { inTurn, type OpenFitter, openFitter } from './fit.js';
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
  const expected = sentence?.sha256 ?? vectors?.sha256;
  return inTurn(async () => {
    // a device that is not there is told before all is read; which suits the job, the first fold tells
    let fitter = await openFitter({ settings, devices, threads }, undefined, listener);
    const opened: Pick<OpenFitter, 'fit'> = {
      async fit(data, hooks) {
        fitter ??= (await openFitter({ settings, devices, threads }, data, listener))!;
        return fitter.fit(data, hooks);
      },
    };
    try {
      const { rows, split, features } = await collect(
        { data, threads, devices, embeddingCache },
        settings,
        new MemoryBudget(),
        new Stopwatch(),
        listener,
      );
      const { seed } = settings;
      const { cv, outcomes } = await crossValidate(
        { rows, features: checked(features, [expected, settings.embeddings], listener), ...split },
        { folds, seed },
        opened,
        listener,
      );
      const evaluation = evaluateFully(outcomes);
      return {
        data: { kind: 'folds', files: rows.files },
        ...evaluation,
        confusedPairs: confusedPairs(evaluation.confusion),
        intervals: bootstrapIntervals(outcomes),
        cv,
      };
    } finally {
      fitter?.close();
    }
  });
}

/** Features that hold the word vectors, or the model of sentences, to their digest; the first fit tells how it goes. */
function checked(
  features: FeatureFit,
  [expected, path]: [digest: string | undefined, path: string | null],
  listener: Listener,
): FeatureFit {
  let untold: FitWith | undefined = { listener };
  return {
    async fit(rows) {
      const fitted = await features.fit(rows, untold);
      untold = undefined;
      checkDigest(fitted.sentence?.sha256 ?? fitted.embeddings?.facts.sha256, expected, path);
      return fitted;
    },
  };
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
