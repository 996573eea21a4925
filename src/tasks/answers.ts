import { type Example, readExamples } from '../data/examples.js';
import { Numbered } from '../data/numbered.js';
import { MaasError } from '../errors.js';
import { joined, MOST_KEPT, type Outcomes, outcomesOf } from '../metrics/outcomes.js';
import type { Listener } from '../progress.js';
import type { Artifact } from '../store/artifact.js';
import { decodePredictions, type Predictions, SCORES } from '../store/predictions.js';
import type { Beside } from '../store/state-files.js';
import type { ModelManifest } from '../store/store.js';
import { trainedColumns } from './predict.js';
import { openScoring } from './scoring.js';
import type { DataSettings } from './settings.js';

/** How labelled files are read and asked about. */
export interface AnswerOptions extends Beside {
  threads?: number | undefined;
  settings: Pick<DataSettings, 'onBadRow'> &
    Partial<Pick<DataSettings, 'textColumn' | 'labelColumn' | 'delimiter'>>;
}

/** Who looks at rows while they are read and answered. */
export interface RowWatcher {
  /** Columns to read beside text and label. */
  columns: readonly string[];
  read(example: Example): void;
  /** What the version says of the rows from `first` on, with their texts, which are forgotten then. */
  answered(outcomes: Outcomes, first: number, texts: readonly string[]): void;
}

/** What a version said of the rows that were held out from it. Throws `data` where there were none, `artifact`. */
export async function heldOut(artifact: Artifact<ModelManifest>): Promise<Predictions> {
  const name = 'predictions.csv';
  const predictions = decodePredictions(
    (await artifact.read(name)).toString('utf8'),
    `${artifact.folder}/${name}`,
    artifact.manifest.classes,
    SCORES in artifact.manifest.files ? await artifact.read(SCORES) : null,
  );
  if (predictions.outcomes.truth.length === 0) {
    throw new MaasError('data', `${artifact.folder} held no rows out`, {
      hint: 'give labelled rows with --data',
    });
  }
  return predictions;
}

/** What a version says of the rows of labelled files. Throws `data` for files that cannot be used. */
export async function answers(
  artifact: Artifact<ModelManifest>,
  paths: readonly string[],
  { settings, ...beside }: AnswerOptions,
  listener: Listener,
  watcher?: RowWatcher,
) {
  const scoring = await openScoring(artifact, paths, beside, beside.threads);
  const { classes } = artifact.manifest;
  const labels = new Numbered(classes);
  const parts: Outcomes[] = [];
  const underWay: { asked: Promise<Outcomes>; texts: readonly string[] }[] = [];
  let truth: number[] = [];
  let texts: string[] = [];
  let units = 0;
  const send = () => {
    const ofRows = truth;
    const { names } = labels;
    const asked = scoring
      .probabilities(texts)
      .then((found) => outcomesOf(names, classes.length, ofRows, found, scoring.thresholds));
    asked.catch(() => {});
    underWay.push({ asked, texts });
    truth = [];
    texts = [];
    units = 0;
  };
  let kept = 0;
  let answered = 0;
  const keep = (part: Outcomes, ofTexts: readonly string[]) => {
    watcher?.answered(part, answered, ofTexts);
    answered += part.truth.length;
    kept += part.probabilities?.length ?? 0;
    parts.push(kept > MOST_KEPT ? { ...part, probabilities: null } : part);
  };
  const caughtUp = async (ahead: number) => {
    while (underWay.length > ahead) {
      const { asked, texts } = underWay.shift()!;
      keep(await asked, texts);
    }
  };
  try {
    const { files, skipped } = await readExamples(
      paths,
      {
        ...settings,
        preferred: trainedColumns(artifact.manifest),
        others: watcher?.columns ?? [],
        afterBatch: () => {
          if (units >= scoring.worth && truth.length > 0) send();
          return caughtUp(scoring.ahead);
        },
      },
      (example) => {
        const { text, label } = example;
        watcher?.read(example);
        texts.push(text);
        units += text.length;
        truth.push(labels.of(label));
      },
      listener,
    );
    send();
    await caughtUp(0);
    const outcomes = joined(labels.names, classes.length, parts);
    return { outcomes, data: { kind: 'file' as const, files }, skipped: skipped.count };
  } finally {
    await scoring.close();
  }
}
