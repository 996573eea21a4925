import type { HeapShare } from './heap.js';

/** A thread of a `SharedHeap`: does its jobs with it until it is told to end. The heap waits for it, and cannot hear events. */
export function job({ module, memory, failure }: HeapShare): void {
  const { serve, fail } = new WebAssembly.Instance(module, { env: { memory } }).exports as Record<
    string,
    () => void
  >;
  try {
    serve!();
  } catch (error) {
    failure.postMessage((error as Error).message);
    fail!();
  }
}
