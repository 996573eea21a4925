import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { MaasError } from '../errors.js';
import { namedTermsOf } from '../explain/explanation.js';
import { strongestTerms } from '../explain/weights.js';
import { compare } from '../metrics/comparison.js';
import type { Listener } from '../progress.js';
import type { ReportContent } from '../report/content.js';
import type { ReportFacts } from '../report/markdown.js';
import {
  type Artifact,
  type ArtifactManifest,
  checkFolder,
  publishFolder,
  writeFiles,
} from '../store/artifact.js';
import { type ModelManifest, Store } from '../store/store.js';
import { version as toolVersion } from '../version.js';
import { CHAMPION } from './aliases.js';
import type { AnswerOptions } from './answers.js';
import type { EvaluateResult } from './evaluate.js';
import type { Examined } from './examine.js';
import { nameOf, sameRows } from './same-rows.js';

const FORMAT = 'maas-report';
const FORMAT_VERSION = 1;

/** Terms that are told on each side of a class. */
const TERMS = 15;
/** Weights that are looked at for the terms of all classes, at the most. */
const MOST_WEIGHTS = 1e8;

type Version = Artifact<ModelManifest>;

/** Throws `usage` where a report cannot be written to `output`; better known before the evaluation. */
export const checkReport = async (output: string | undefined): Promise<void> => {
  if (output !== undefined) await checkFolder(output, FORMAT);
};

type ReportOptions = AnswerOptions & { store: string; output?: string | undefined };

/**
 * Writes the report on an evaluation and answers with the path of its page. It goes to `output`, else into the store: a
 * folder for each version and for each data that it was evaluated on, in which an older report on the same gives way. A
 * store that cannot be written, which nobody asked to write to, is told, and there is no report.
 */
export async function writeReport(
  ...given: [version: Version, examined: Examined, result: EvaluateResult, options: ReportOptions, Listener]
): Promise<string | undefined> {
  const [, , , { output }, listener] = given;
  try {
    return await write(...given);
  } catch (error) {
    const refused =
      error instanceof MaasError
        ? error.code === 'usage'
        : ['EACCES', 'EROFS', 'EPERM'].includes(String((error as NodeJS.ErrnoException).code));
    if (output !== undefined || !refused) throw error;
    listener.warn?.(`no report was written: ${(error as Error).message}`);
    return undefined;
  }
}

async function write(
  version: Version,
  examined: Examined,
  result: EvaluateResult,
  options: ReportOptions,
  listener: Listener,
): Promise<string> {
  listener.step?.({ stage: 'report' });
  const { evaluationReport, REPORT_PAGE } = await import('../report/evaluation-report.js');
  const { manifest } = version;
  const { data } = examined;
  const target = options.output ?? folderOf(options.store, manifest, data);
  await checkReport(target);
  const champion = await besideChampion(version, examined, options, listener);
  const content: ReportContent = {
    version: manifest.version,
    facts: { ...(manifest as unknown as ReportFacts), command: manifest.command, git: manifest.git },
    data,
    rows: examined,
    evaluation: result,
    confusedPairs: result.confusedPairs,
    slices: result.slices && { slices: result.slices, slicedBy: result.slicedBy ?? [] },
    mistakes: examined.mistakes,
    baselines: result.baselines,
    gates: result.gates,
    measured: {
      ...(result.calibration && { calibration: result.calibration }),
      ...(result.coverage && { coverage: result.coverage }),
      ...(result.abstention && { abstention: result.abstention }),
    },
    ...(champion && { champion }),
    terms: await termsOf(version, options),
  };
  const files = await evaluationReport(content);
  await publishFolder<ArtifactManifest & object>(target, FORMAT, async (aside) => ({
    format: FORMAT,
    formatVersion: FORMAT_VERSION,
    tool: { name: 'maas', version: toolVersion },
    ...{ model: manifest.model, version: manifest.version, data },
    files: await writeFiles(aside, files),
  }));
  return join(target, REPORT_PAGE);
}

/** `<store>/reports/<model>/<version>`, with the first digits of the data's sha256 where that is not what was held out. */
function folderOf(store: string, { model, version }: ModelManifest, data: Examined['data']): string {
  const digests = data.kind === 'file' ? data.files.map(({ sha256 }) => sha256) : [];
  const digest =
    digests.length > 1 ? createHash('sha256').update(digests.join('\n')).digest('hex') : digests[0];
  return join(store, 'reports', model, digest ? `${version}-${digest.slice(0, 8)}` : String(version));
}

/** The champion on the same held-out rows, where it is another version that has its scores for them. */
async function besideChampion(
  version: Version,
  { data }: Examined,
  options: ReportOptions,
  listener: Listener,
): Promise<ReportContent['champion']> {
  const store = new Store(options.store);
  const { model } = version.manifest;
  const number = (await store.aliases(model).read()).aliases[CHAMPION];
  // files would have to be scored once more
  if (number === undefined || number === version.manifest.version || data.kind === 'file') return undefined;
  try {
    const champion = await store.open(`${model}@${number}`);
    const { pairs } = await sameRows(champion, version, undefined, options, listener);
    return { name: `${nameOf(champion)} (champion)`, comparison: compare(pairs) };
  } catch (error) {
    if (!(error instanceof MaasError)) throw error;
    listener.info?.(`no comparison with the champion: ${error.message}`);
    return undefined;
  }
}

/** What the terms of a linear model weigh, for as many classes as there is time for; nothing for other models. */
async function termsOf(version: Version, options: AnswerOptions): Promise<ReportContent['terms']> {
  const { vectorizer, model } = version.manifest.config as { vectorizer?: string; model?: string };
  if (vectorizer !== 'tfidf' || (model !== 'logistic' && model !== 'nb')) return [];
  const { readPipeline } = await import('../store/state-files.js');
  const pipeline = await readPipeline(version, options);
  const named = namedTermsOf(pipeline);
  if (!named) return [];
  const { labels } = pipeline;
  const most = Math.floor(MOST_WEIGHTS / (named.vectorizer.features * labels.length)) || 1;
  return labels.slice(0, most).map((label, c) => ({ label, ...strongestTerms(named, c, TERMS) }));
}
