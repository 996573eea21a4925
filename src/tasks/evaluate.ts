import { readExamples } from '../data/examples.js';
import { Numbered } from '../data/numbered.js';
import { MaasError } from '../errors.js';
import { bootstrapIntervals, type Intervals } from '../metrics/bootstrap.js';
import { evaluateFully, type FullEvaluation } from '../metrics/evaluation.js';
import { joined, MOST_KEPT, type Outcomes, outcomesOf } from '../metrics/outcomes.js';
import type { Listener } from '../progress.js';
import type { Artifact } from '../store/artifact.js';
import { decodePredictions, SCORES } from '../store/predictions.js';
import type { Beside } from '../store/state-files.js';
import { type ModelManifest, Store } from '../store/store.js';
import type { Baselines } from './baselines.js';
import type { CrossValidation } from './cross-validate.js';
import { evaluateRecipe } from './evaluate-recipe.js';
import { trainedColumns } from './predict.js';
import { openScoring } from './scoring.js';
import type { DataSettings } from './settings.js';

export interface EvaluateOptions extends Beside {
  store: string;
  /** Reference of the version; the newest if absent. */
  model?: string | undefined;
  /** Labelled CSV files; the version's own held-out rows if absent. */
  data?: readonly string[] | undefined;
  /** Folds of those files to refit the version's recipe on, in the place of asking the version. */
  cv?: number | undefined;
  threads?: number | undefined;
  settings: Pick<DataSettings, 'onBadRow'> &
    Partial<Pick<DataSettings, 'textColumn' | 'labelColumn' | 'delimiter'>>;
}

export interface EvaluateResult extends FullEvaluation {
  model: string;
  version: number;
  data:
    | { kind: 'held-out' }
    | { kind: 'file' | 'folds'; files: { path: string; sha256: string; rows: number }[] };
  /** Bounds of metrics that hold the middle 95 % of resamples of the rows. */
  intervals: Intervals;
  /** What the most frequent class and naive Bayes reach on the held-out rows. */
  baselines?: Baselines;
  /** Mean and spread over the folds, where the recipe was refitted on folds. */
  cv?: CrossValidation;
}

/**
 * Evaluates a version; with `cv` its recipe: how well other models made like it do on folds of the files. Throws
 * `artifact` where it is missing or damaged, `data` for files that cannot be used, `usage`.
 */
export async function evaluateModel(
  options: EvaluateOptions,
  listener: Listener = {},
): Promise<EvaluateResult> {
  const artifact = await new Store(options.store).open(options.model, listener);
  const { model, version } = artifact.manifest;
  const { cv } = options;
  if (cv)
    return { model, version, ...(await evaluateRecipe(artifact.manifest, { ...options, cv }, listener)) };
  if (!options.data && options.embeddings !== undefined) {
    throw new MaasError(
      'usage',
      'held-out rows have their scores already, expected no --embeddings without --data',
    );
  }
  const { outcomes, data } = options.data
    ? await predictFiles(artifact, options.data, options, listener)
    : { outcomes: await heldOut(artifact), data: { kind: 'held-out' as const } };
  const evaluation = { ...evaluateFully(outcomes), intervals: bootstrapIntervals(outcomes) };
  const unknown = Object.keys(evaluation.unknownLabels);
  if (unknown.length > 0) {
    listener.warn?.(
      `${unknown.length === 1 ? 'a label' : `${unknown.length} labels`} that the model does not know, rows with it count as wrong: ${unknown.slice(0, 5).join(', ')}`,
    );
  }
  const baselines = (options.data ? {} : artifact.manifest.baselines) as Baselines | undefined;
  return { model, version, data, ...evaluation, ...(baselines && { baselines }) };
}

async function heldOut(artifact: Artifact<ModelManifest>): Promise<Outcomes> {
  const name = 'predictions.csv';
  const { outcomes } = decodePredictions(
    (await artifact.read(name)).toString('utf8'),
    `${artifact.folder}/${name}`,
    artifact.manifest.classes,
    SCORES in artifact.manifest.files ? await artifact.read(SCORES) : null,
  );
  if (outcomes.truth.length === 0) {
    throw new MaasError('data', `${artifact.folder} held no rows out`, {
      hint: 'give labelled rows with --data',
    });
  }
  return outcomes;
}

async function predictFiles(
  artifact: Artifact<ModelManifest>,
  paths: readonly string[],
  { settings, ...beside }: EvaluateOptions,
  listener: Listener,
) {
  const scoring = await openScoring(artifact, paths, beside, beside.threads);
  const { classes } = artifact.manifest;
  const labels = new Numbered(classes);
  const parts: Outcomes[] = [];
  const underWay: Promise<Outcomes>[] = [];
  let truth: number[] = [];
  let texts: string[] = [];
  let units = 0;
  const send = () => {
    const ofRows = truth;
    const { names } = labels;
    const asked = scoring.probabilities(texts);
    underWay.push(asked.then((found) => outcomesOf(names, classes.length, ofRows, found)));
    underWay.at(-1)!.catch(() => {});
    truth = [];
    texts = [];
    units = 0;
  };
  let kept = 0;
  const keep = (part: Outcomes) => {
    kept += part.probabilities?.length ?? 0;
    parts.push(kept > MOST_KEPT ? { ...part, probabilities: null } : part);
  };
  const caughtUp = async (ahead: number) => {
    while (underWay.length > ahead) keep(await underWay.shift()!);
  };
  try {
    const { files } = await readExamples(
      paths,
      {
        ...settings,
        preferred: trainedColumns(artifact.manifest),
        caughtUp: () => {
          if (units >= scoring.worth && truth.length > 0) send();
          return caughtUp(scoring.ahead);
        },
      },
      ({ text, label }) => {
        texts.push(text);
        units += text.length;
        truth.push(labels.of(label));
      },
      listener,
    );
    send();
    await caughtUp(0);
    return { outcomes: joined(labels.names, classes.length, parts), data: { kind: 'file' as const, files } };
  } finally {
    await scoring.close();
  }
}
