import { createInterface } from 'node:readline';
import { MaasError } from '../../errors.js';
import { deviceText, grouped, librariesText } from '../../report/format.js';
import type { Diagnosis } from '../../tasks/doctor.js';
import { downloads, type Installable } from '../../tasks/installable.js';
import type { Command, CommandInput, CommandOutput } from '../command.js';
import { textTable } from '../terminal.js';

export const doctorCommand: Command = {
  usage: 'doctor',
  summary: 'what this machine can train on, why not more, and what mends it',
  examples: [
    ['maas doctor', 'tries every device and measures those that work'],
    ['maas doctor --json', 'the same for machines'],
    ['maas doctor --install webgpu', 'training on any GPU; asks before it fetches'],
    ['maas doctor --install cuda --yes', 'training on NVIDIA GPUs, without asking'],
    ['maas doctor --install sentence', 'what the vectorizer sentence takes'],
  ],
  flags: ['install', 'yes'],

  async run(input) {
    return input.values.install ? install(input.values.install, input) : diagnose(input);
  },
};

async function diagnose({ devices: folder, terminal }: CommandInput): Promise<CommandOutput> {
  const { doctor } = await import('../../tasks/doctor.js');
  const diagnosis = await doctor({ devices: folder }, terminal);
  if (!Object.values(diagnosis.devices).some(({ usable }) => usable)) {
    throw new MaasError('device', 'no device works on this machine', { details: { ...diagnosis } });
  }
  return { json: diagnosis, text: diagnosisText(diagnosis, terminal.style) };
}

function diagnosisText(diagnosis: Diagnosis, style: CommandInput['terminal']['style']): string {
  const gigabytes = (bytes: number | null) => (bytes === null ? '–' : `${(bytes / 2 ** 30).toFixed(1)} GB`);
  const found = Object.entries(diagnosis.devices);
  const rows = found.map(([name, probe]) =>
    probe.usable
      ? [
          name,
          'yes',
          (probe.throughput?.denseGflops ?? 0).toFixed(1),
          grouped(Math.round((probe.throughput?.sparseNonZeros ?? 0) / 1e6)),
          gigabytes(probe.memoryBytes),
          `${probe.adapter}${probe.software ? ' (software, not a GPU)' : ''}`,
          librariesText(probe.libraries),
        ]
      : [name, 'no', '–', '–', '–', '–', '–'],
  );
  const head = ['device', 'works', 'dense GFLOP/s', 'sparse M/s', 'memory', 'adapter', 'libraries'];
  const missing = found.flatMap(([name, probe]) =>
    probe.usable
      ? []
      : [`${style.bold(name)}: ${probe.reason}`, ...(probe.remedy ? [`  ${probe.remedy}`] : [])],
  );
  return [
    `maas ${diagnosis.maas}, Node ${diagnosis.node}, ${diagnosis.platform}, ${gigabytes(diagnosis.memoryBytes)}`,
    `libraries of devices: ${diagnosis.folder}`,
    '',
    textTable(style, head, rows, [false, false, true, true, true]),
    ...(missing.length > 0 ? ['', ...missing] : []),
  ].join('\n');
}

async function install(device: Installable, input: CommandInput): Promise<CommandOutput> {
  const { installDevice } = await import('../../tasks/install-device.js');
  const { devices, terminal, values } = input;
  if (!values.yes) await ask(device);
  if (device === 'sentence') return installForSentences(input);
  const installed = await installDevice(device, { devices }, terminal);
  const { probe, path, already } = installed;
  if (!probe.usable) {
    throw new MaasError(
      'device',
      `${device} is installed in ${path}, and does not work yet: ${probe.reason}`,
      {
        ...(probe.remedy ? { hint: probe.remedy } : {}),
        details: { ...installed },
      },
    );
  }
  const what = deviceText({ name: device, ...probe });
  return {
    json: installed,
    text: already
      ? `${what} works already, with ${librariesText(probe.libraries)}`
      : `${what} works, with ${librariesText(probe.libraries)} in ${path}`,
  };
}

async function installForSentences({ devices, terminal }: CommandInput): Promise<CommandOutput> {
  const { installSentence } = await import('../../tasks/install-sentence.js');
  const installed = await installSentence({ devices }, terminal);
  const { path, already, libraries } = installed;
  return {
    json: installed,
    text: `the vectorizer sentence works${already ? ' already' : ''}, with ${librariesText(libraries)}${already ? '' : ` in ${path}`}`,
  };
}

/** Throws `usage` where nobody can be asked, and `failed` where the answer is no. */
async function ask(device: Installable): Promise<void> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    throw new MaasError('usage', `--install ${device} asks first, and there is no terminal to ask on`, {
      hint: `it fetches ${downloads[device]}; --yes agrees to that`,
    });
  }
  const questions = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await new Promise<string>((resolve) => {
    questions.question(`This fetches ${downloads[device]}. Go on? [y/N] `, resolve);
    questions.once('SIGINT', () => process.kill(process.pid, 'SIGINT'));
    // the end of the input is no "yes"
    questions.once('close', () => resolve(''));
  });
  questions.close();
  if (!/^y(es)?$/i.test(answer.trim())) throw new MaasError('failed', 'nothing was installed');
}
