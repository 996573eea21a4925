import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { defaultDeviceFolder } from '../compute/index.js';
import { MaasError } from '../errors.js';
import { loadRuntime } from '../features/sentence/runtime.js';
import type { Listener } from '../progress.js';
import { makeFolder } from '../store/artifact.js';
import { asidePath, discard, replaceFolder } from '../store/aside.js';
import { checkNpm, InstallSteps } from './install-steps.js';
import { ONNX, TOKENIZERS } from './installable.js';

export interface InstalledRuntime {
  /** Where the libraries stand. */
  path: string;
  /** Whether they were there and working before. */
  already: boolean;
  /** Their versions by name. */
  libraries: Record<string, string>;
}

/**
 * Installs what sentence embeddings take into the folder of devices: npm's packages, whose scripts, which would download
 * CUDA, do not run. They are tried before they take the place of what stood there. Throws `device`, `failed`.
 */
export async function installSentence(
  { devices: folder = defaultDeviceFolder() }: { devices?: string | undefined } = {},
  listener: Listener = {},
): Promise<InstalledRuntime> {
  const path = join(folder, 'sentence');
  const before = worksIn(folder);
  if (before) return { path, already: true, libraries: before };
  await checkNpm('sentence');
  await makeFolder(folder);
  const aside = asidePath(path);
  const steps = new InstallSteps('sentence', join(folder, 'install-sentence.log'), listener);
  try {
    await mkdir(aside, { recursive: true });
    await steps.npm(aside, [`onnxruntime-node@${ONNX}`, `@huggingface/tokenizers@${TOKENIZERS}`]);
    await prune(join(aside, 'node_modules', 'onnxruntime-node', 'bin'));
    // in a process of its own: what is loaded cannot be renamed everywhere
    const tried = "require('onnxruntime-node').InferenceSession; require('@huggingface/tokenizers')";
    await steps.run('try it', process.execPath, ['-e', tried], aside);
    await replaceFolder(aside, path);
    return { path, already: false, libraries: loadRuntime(folder).libraries };
  } finally {
    await steps.writeLog();
    await discard(aside);
  }
}

/** The versions of what is there and can be loaded. */
function worksIn(folder: string): Record<string, string> | undefined {
  try {
    return loadRuntime(folder).libraries;
  } catch (error) {
    if (error instanceof MaasError) return undefined;
    throw error;
  }
}

/** Removes the binaries of other platforms, which the package brings along: `bin/<interface>/<platform>/<processor>`. */
async function prune(bin: string): Promise<void> {
  for (const version of await readdir(bin)) {
    for (const platform of await readdir(join(bin, version))) {
      for (const processor of await readdir(join(bin, version, platform))) {
        if (platform === process.platform && processor === process.arch) continue;
        await rm(join(bin, version, platform, processor), { recursive: true, force: true });
      }
    }
  }
}
