import { MaasError } from '../errors.js';
import { CERTIFICATE, largestDelta, readCertificate, TOLERANCE } from '../export/certificate.js';
import { loadFormat } from '../export/formats.js';
import { type FormatName, formatNames } from '../export/kinds.js';
import type { Listener } from '../progress.js';
import { type ArtifactManifest, openArtifact } from '../store/artifact.js';
import { EXPORT } from './export.js';

export interface VerifyExportOptions {
  /** The folder of an export. */
  folder: string;
  /** Where `maas doctor --install` puts libraries; `~/.maas/devices` if absent. */
  devices?: string | undefined;
}

export interface VerifyExportResult {
  path: string;
  model: string;
  version: number;
  format: FormatName;
  check: { rows: number; maxAbsDelta: number; tolerance: number };
}

/** What the manifest of an export says. */
interface ExportManifest extends ArtifactManifest {
  kind: FormatName;
  model: string;
  version: number;
}

const complete = ({ kind, model, files }: Partial<ExportManifest>) =>
  formatNames.includes(kind as FormatName) && typeof model === 'string' && CERTIFICATE in (files ?? {});

/**
 * Runs an export in its own runtime on the texts of its certificate. Throws `artifact` for what is no export, or was
 * changed, `device` where the runtime is not installed, and `failed` where it cannot be run or a probability differs by more than is allowed.
 */
export async function verifyExport(
  { folder, devices }: VerifyExportOptions,
  listener: Listener = {},
): Promise<VerifyExportResult> {
  const artifact = await openArtifact<ExportManifest>(folder, EXPORT.format, EXPORT.formatVersion, complete);
  const { kind, model, version, files } = artifact.manifest;
  listener.step?.({ stage: 'read' });
  for (const name of Object.keys(files)) await artifact.read(name);
  const certificate = await readCertificate(folder);
  listener.step?.({ stage: 'check' });
  const format = await loadFormat(kind);
  const found = await format.predict(folder, certificate.texts, devices).catch((cause) => {
    if (cause instanceof MaasError) throw cause;
    const why = String((cause as Error).message).split('\n')[0];
    throw new MaasError('failed', `${folder} cannot be run: ${why}`, {
      hint: 'export the version again',
      cause,
    });
  });
  const maxAbsDelta = largestDelta(certificate, found);
  const { tolerance, texts } = certificate;
  if (!(maxAbsDelta <= tolerance)) {
    throw new MaasError(
      'failed',
      `${folder} says something else than ${model}@${version} said: a probability differs by ${maxAbsDelta}, allowed are ${tolerance}`,
      { details: { rows: texts.length, maxAbsDelta, tolerance } },
    );
  }
  const { labels, exported } = certificate;
  const drift = exported ? largestDelta({ labels, scores: exported }, found) : 0;
  if (!(drift <= TOLERANCE)) {
    throw new MaasError(
      'failed',
      `${folder} says something else than when it was written: a probability differs by ${drift}, allowed are ${TOLERANCE}`,
      { details: { rows: texts.length, maxAbsDelta: drift, tolerance: TOLERANCE } },
    );
  }
  return {
    path: folder,
    model,
    version,
    format: kind,
    check: { rows: texts.length, maxAbsDelta, tolerance },
  };
}
