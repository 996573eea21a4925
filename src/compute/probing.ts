import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { DeviceFacts } from './backend.js';
import type { DeviceName } from './device.js';
import type { Throughput } from './measure.js';

/** What is known of a device after trying it. */
export type Probe =
  | ({ usable: true; throughput: Throughput | null } & DeviceFacts)
  | {
      usable: false;
      /** Whether its libraries load, so that only hardware or a driver is missing. */
      installed: boolean;
      reason: string;
      remedy: string | null;
    };

export interface ProbeRequest {
  name: DeviceName;
  folder: string;
  /** Whether to measure its throughput, which takes a second or two. */
  measured: boolean;
}

/** Longer than any driver takes to start. */
const PATIENCE_MS = 120_000;

/**
 * Opens a device in a process of its own and tells what came of it; a crash or a hang of a driver is an answer, too.
 *
 */
export function probeDevice(request: ProbeRequest): Promise<Probe> {
  // beside this file once built, and found from the sources as well
  const script = fileURLToPath(new URL('../../dist/compute/probe.js', import.meta.url));
  const child = fork(script, [], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'], execArgv: [] });
  const log: string[] = [];
  child.stderr?.setEncoding('utf8').on('data', (text: string) => log.push(text));
  return new Promise((resolve) => {
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      child.kill('SIGKILL');
    }, PATIENCE_MS);
    let answer: Probe | undefined;
    child.once('message', (message) => {
      answer = message as Probe;
    });
    child.once('error', ({ message }) => {
      answer ??= { usable: false, installed: false, reason: message, remedy: null };
    });
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      const how = late ? `nothing within ${PATIENCE_MS / 1000} s` : (signal ?? `exit code ${code}`);
      resolve(answer ?? gone(request.name, how, log.join('')));
    });
    child.send(request);
  });
}

function gone(name: DeviceName, how: string, log: string): Probe {
  const last = log.trim().split('\n').at(-1);
  return {
    usable: false,
    installed: false,
    reason: `its process ended with ${how}${last ? `, after writing: ${last}` : ''}`,
    remedy:
      name === 'cuda' || name === 'webgpu'
        ? 'update the driver of the GPU, or use another device'
        : 'install it anew, or use another device',
  };
}
