import { mkdir, readdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { defaultDeviceFolder, hasNvidiaDriver, type Probe, probeDevice } from '../compute/index.js';
import { MaasError } from '../errors.js';
import type { Listener } from '../progress.js';
import { makeFolder } from '../store/artifact.js';
import { asidePath, discard, replaceFolder } from '../store/aside.js';
import { checkNpm, InstallSteps, missingOf } from './install-steps.js';
import { type InstallableDevice, TFJS, WEBGPU } from './installable.js';

export interface Installed {
  device: InstallableDevice;
  /** Where the libraries stand. */
  path: string;
  /** Whether it was there and working before. */
  already: boolean;
  probe: Probe;
}

/**
 * Installs the libraries of a device into the folder of devices, tries them, and only then puts them in the place of
 * what stood there. Throws `device` where something on this machine is missing, saying what, and `failed` where a
 * step fails; both leave everything as it was.
 */
export async function installDevice(
  device: InstallableDevice,
  { devices: folder = defaultDeviceFolder() }: { devices?: string | undefined } = {},
  listener: Listener = {},
): Promise<Installed> {
  const kind = device === 'webgpu' ? 'webgpu' : 'tensorflow';
  const path = join(folder, kind);
  listener.step?.({ stage: `try ${device}` });
  const before = await probeDevice({ name: device, folder, measured: false });
  if (before.usable) return { device, path, already: true, probe: before };
  await checkNpm(device);
  if (kind === 'tensorflow') await checkTools(device as 'cuda' | 'native');
  await makeFolder(folder);
  const aside = asidePath(path);
  const steps = new InstallSteps(device, join(folder, `install-${device}.log`), listener);
  try {
    await mkdir(join(aside, kind), { recursive: true });
    if (kind === 'webgpu') await fetchWebgpu(join(aside, kind), steps);
    else await buildTensorflow(device as 'cuda' | 'native', join(aside, kind), steps);
    listener.step?.({ stage: `try ${device}` });
    const probe = await probeDevice({ name: device, folder: aside, measured: false });
    // a GPU that is missing is no fault of the installation
    if (!probe.usable && !probe.installed) {
      throw new MaasError('failed', `${device} was installed and does not work: ${probe.reason}`, {
        hint: `what stood in ${folder} before is untouched; ${steps.log} has the details`,
      });
    }
    await replaceFolder(join(aside, kind), path);
    return { device, path, already: false, probe };
  } finally {
    await steps.writeLog();
    await discard(aside);
  }
}

async function fetchWebgpu(target: string, steps: InstallSteps): Promise<void> {
  await steps.npm(target, [
    `webgpu@${WEBGPU}`,
    `@tensorflow/tfjs-backend-webgpu@${TFJS}`,
    `@tensorflow/tfjs-core@${TFJS}`,
  ]);
}

/**
 * Builds tfjs-node-gpu's binding against the libraries of a TensorFlow from pip, which know today's GPUs and spare the
 * package's own download. TensorFlow stands in `python/`, as pip lays it out, since its libraries look for CUDA beside
 * themselves.
 */
async function buildTensorflow(
  device: 'cuda' | 'native',
  target: string,
  steps: InstallSteps,
): Promise<void> {
  await steps.npm(target, [`@tensorflow/tfjs-node-gpu@${TFJS}`]);
  const python = join(target, 'python');
  const requirement = device === 'cuda' ? 'tensorflow[and-cuda]' : cpuWheel();
  const pip = ['-m', 'pip', 'install', '--disable-pip-version-check', '--no-compile', '--target', python];
  await steps.run(`fetch ${requirement} by pip`, 'python3', [
    ...pip,
    ...(device === 'cuda' ? [] : ['--no-deps']),
    requirement,
  ]);
  const libraries = join(python, 'tensorflow');
  const binding = join(target, 'node_modules', '@tensorflow', 'tfjs-node-gpu');
  await mkdir(join(binding, 'deps'), { recursive: true });
  await symlink(join('..', '..', '..', '..', 'python', 'tensorflow'), join(binding, 'deps', 'lib'));
  await symlink(join('lib', 'include'), join(binding, 'deps', 'include'));
  // the names that the linker looks for; at run time the names within the libraries count
  await symlink('libtensorflow_cc.so.2', join(libraries, 'libtensorflow.so'));
  await symlink('libtensorflow_framework.so.2', join(libraries, 'libtensorflow_framework.so'));
  const build = ['--no-install', 'node-pre-gyp', 'install', '--build-from-source'];
  await steps.run('compile the binding', 'npx', build, binding);
  await prune(libraries, python, binding);
}

const cpuWheel = () => (process.arch === 'x64' ? 'tensorflow-cpu' : 'tensorflow');

/** Removes what only Python and the compiler need: of TensorFlow the libraries stay, and CUDA beside them. */
async function prune(libraries: string, python: string, binding: string): Promise<void> {
  const keep = async (folder: string, kept: (name: string) => boolean) => {
    for (const name of await readdir(folder)) {
      if (!kept(name)) await rm(join(folder, name), { recursive: true, force: true });
    }
  };
  await keep(libraries, (name) => /^libtensorflow.*\.so/.test(name));
  await keep(
    python,
    (name) => name === 'tensorflow' || name === 'nvidia' || /^(tensorflow|nvidia).*\.dist-info$/.test(name),
  );
  await rm(join(binding, 'build'), { recursive: true, force: true });
  await rm(join(binding, 'deps', 'include'), { force: true });
}

/** Throws `device` where this machine has not what the build needs. */
async function checkTools(device: 'cuda' | 'native'): Promise<void> {
  if (process.platform !== 'linux') {
    throw new MaasError('device', `maas builds ${device} on Linux, and this is ${process.platform}`, {
      hint:
        device === 'native'
          ? '`npm install @tensorflow/tfjs-node` beside maas gives it'
          : '`maas doctor --install webgpu` makes training on the GPU work',
    });
  }
  const missing = await missingOf({
    'python3 with pip': ['python3', '-m', 'pip'],
    make: ['make'],
    'g++': ['g++'],
  });
  if (missing.length > 0) {
    throw new MaasError('device', `${device} cannot be built: ${missing.join(', ')} not found`, {
      hint: 'on Debian and Ubuntu: `sudo apt-get install python3-pip make g++`',
    });
  }
  if (device === 'cuda' && !hasNvidiaDriver()) {
    throw new MaasError('device', 'cuda cannot work here: the NVIDIA driver is missing, or it sees no GPU', {
      hint: 'install the driver first (`nvidia-smi` must list a GPU); other GPUs: `maas doctor --install webgpu`',
    });
  }
}
