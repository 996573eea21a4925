import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { FoundPackage } from '../packages.js';

/** The parts of WebGPU that maas touches itself; @webgpu/types would bring all of it, and the DOM with it. */
export interface GpuAdapter {
  readonly info: {
    vendor: string;
    architecture: string;
    device: string;
    description: string;
    isFallbackAdapter: boolean;
  };
  readonly features: ReadonlySet<string>;
  readonly limits: Record<string, number>;
  requestDevice(descriptor: object): Promise<GpuDevice>;
}

export interface GpuDevice {
  readonly lost: Promise<{ message: string }>;
  addEventListener(type: 'uncapturederror', listener: (event: { error: Error }) => void): void;
  destroy(): void;
}

export interface Gpu {
  requestAdapter(options?: object): Promise<GpuAdapter | null>;
}

const scope = globalThis as { navigator?: object };

/** Loads Dawn and puts WebGPU's names where tfjs looks for them. `removeGpu` undoes what keeps a process alive. */
export async function loadGpu(found: FoundPackage): Promise<Gpu> {
  const main = (found.require(join(found.path, 'package.json')) as { main: string }).main;
  const { create, globals } = (await import(pathToFileURL(join(found.path, main)).href)) as {
    create(flags: string[]): Gpu;
    globals: object;
  };
  Object.assign(globalThis, globals);
  const gpu = create([]);
  // navigator is there from Node 21 on, and read-only
  if (!scope.navigator) Object.defineProperty(scope, 'navigator', { value: {}, configurable: true });
  Object.defineProperty(scope.navigator, 'gpu', { value: gpu, configurable: true });
  return gpu;
}

/** Lets go of Dawn, whose instance keeps some versions of Node from ending. */
export function removeGpu(): void {
  if (scope.navigator) Reflect.deleteProperty(scope.navigator, 'gpu');
}

/** Whether an adapter only imitates a GPU on the processor: SwiftShader, Mesa's llvmpipe, Windows' WARP. */
export function isSoftware({ info }: GpuAdapter): boolean {
  const words = `${info.vendor} ${info.architecture} ${info.device} ${info.description}`;
  return info.isFallbackAdapter || /swiftshader|llvmpipe|lavapipe|basic render|warp\b/i.test(words);
}

/** The GPU by name, as Dawn spells it: "nvidia-geforce-rtx-4090". */
export const adapterName = ({ info }: GpuAdapter): string =>
  info.device.replace(/-+$/, '') ||
  [info.vendor, info.architecture].filter(Boolean).join(' ') ||
  'an unnamed GPU';
