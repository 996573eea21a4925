import { grouped } from '../report/format.js';
import type { Artifact } from '../store/artifact.js';
import { SCORES } from '../store/predictions.js';
import { decodeState } from '../store/state-files.js';
import type { ModelManifest } from '../store/store.js';
import { heldOut } from './answers.js';
import { Difference, type Stage, sameStage } from './difference.js';

type Version = Artifact<ModelManifest>;

/** Files of the model itself: what it learned. */
const STATE = ['pipeline.json', 'vocabulary.json', 'weights.safetensors'];
/** Files that tell of the run: of its times, of a search that went before. */
const ofTheRun = ['report.md', 'history.svg', 'trials.csv', 'trials.svg'];
const PREDICTIONS = 'predictions.csv';

/** Stages of a training and of its repetition, behind that of the data. Throws `artifact` for files that are damaged. */
export async function compareTrainings(recorded: Version, again: Version): Promise<Stage[]> {
  return [
    await rowsStage(recorded, again),
    ...(await stateStages(recorded, again)),
    await metricsStage(recorded, again),
    filesStage(recorded, again),
  ];
}

const alike = (a: Version, b: Version, names: readonly string[]) =>
  names.every((name) => a.manifest.files[name]?.sha256 === b.manifest.files[name]?.sha256);

async function rowsStage(a: Version, b: Version): Promise<Stage> {
  const [recorded, found] = [countsOf(a), countsOf(b)];
  if (recorded !== found) return { stage: 'rows', same: false, what: `${found}, recorded are ${recorded}` };
  const classes = new Difference();
  classes.compare('class ', a.manifest.classes, b.manifest.classes);
  if (classes.count > 0) return classes.stage('rows', 'classes');
  if (a.manifest.rows.test === 0 || alike(a, b, [PREDICTIONS])) return sameStage('rows');
  const [ofA, ofB] = [await placesOf(a), await placesOf(b)];
  const moved = new Difference();
  moved.compare('test row ', ofA, ofB);
  return moved.count > 0 ? moved.stage('rows', 'test rows') : sameStage('rows');
}

function countsOf({ manifest: { rows, classes } }: Version): string {
  const { train, validation, test } = rows;
  return `${grouped(train)} train, ${grouped(validation)} validation, ${grouped(test)} test rows of ${classes.length} classes`;
}

/** Each test row by the number of its file, its own there, and its label. */
async function placesOf(version: Version): Promise<string[]> {
  const { files, places, outcomes } = await heldOut(version);
  const order = new Map(version.manifest.data.files.map(({ path }, i) => [path, i]));
  return Array.from(
    places.row,
    (row, r) => `${order.get(files[places.file[r]!]!)}:${row}:${outcomes.labels[outcomes.truth[r]!]}`,
  );
}

async function stateStages(a: Version, b: Version): Promise<Stage[]> {
  if (alike(a, b, STATE)) return [sameStage('vocabulary'), sameStage('weights')];
  const [ofA, ofB] = [
    await decodeState<Record<string, unknown>>(a),
    await decodeState<Record<string, unknown>>(b),
  ];
  const vocabulary = new Difference();
  vocabulary.compare('vectorizer', ofA.vectorizer, ofB.vectorizer);
  const weights = new Difference();
  weights.compare('', { ...ofA, vectorizer: null }, { ...ofB, vectorizer: null });
  return [
    vocabulary.stage('vocabulary', 'terms and what is known of them'),
    weights.stage('weights', 'numbers of the classifier'),
  ];
}

async function metricsStage(a: Version, b: Version): Promise<Stage> {
  const json = async (version: Version) =>
    JSON.parse((await version.read('metrics.json')).toString('utf8')) as unknown;
  const metrics = new Difference();
  if (!alike(a, b, ['metrics.json'])) metrics.compare('', await json(a), await json(b));
  if (metrics.count > 0) return metrics.stage('metrics', 'metrics');
  if (a.manifest.rows.test === 0 || alike(a, b, [PREDICTIONS, SCORES])) return sameStage('metrics');
  const [{ outcomes: ofA }, { outcomes: ofB }] = [await heldOut(a), await heldOut(b)];
  const scores = new Difference();
  scores.compare('score of test row ', ofA.score, ofB.score);
  scores.compare('probability ', ofA.probabilities, ofB.probabilities);
  return scores.stage('metrics', 'scores of test rows');
}

/** Files of the version that differ byte for byte: all but those that tell of the run, and the paths of files that have moved. */
function filesStage(a: Version, b: Version): Stage {
  const paths = ({ manifest }: Version) => manifest.data.files.map(({ path }) => path).join('\n');
  const names = Object.keys(a.manifest.files).filter(
    (name) => !ofTheRun.includes(name) && (name !== PREDICTIONS || paths(a) === paths(b)),
  );
  const unlike = names.filter((name) => !alike(a, b, [name]));
  if (unlike.length === 0) return sameStage('files');
  return { stage: 'files', same: false, what: unlike.join(', '), count: unlike.length, first: unlike[0]! };
}
