import { MaasError } from '../../errors.js';
import type { Backend } from '../backend.js';
import { processorFacts } from '../processor.js';
import type { VectorSpace } from '../vectors.js';
import { SharedHeap } from './heap.js';
import { heapLoss } from './linear-loss.js';
import { heapVectors } from './vectors.js';

/** The address space of WebAssembly, less what gaps need. */
const MEMORY_BYTES = 3.6e9;

/** Throws `device` where there is no address space for it. */
function openHeap(threads: number): SharedHeap {
  try {
    return new SharedHeap(threads);
  } catch (cause) {
    throw new MaasError('device', 'the device "wasm" is not there: its memory cannot be reserved', {
      hint: 'raise the limit of virtual memory (ulimit -v), or use --device cpu',
      cause,
    });
  }
}

/** What linear models need of the device `wasm`: maas's own kernels, without TensorFlow.js. */
export function openWasmLinear(threads: number) {
  const heap = openHeap(threads);
  return {
    vectors: (length: number) => heapVectors(heap, length) as VectorSpace,
    loss: (problem) => heapLoss(heap, problem),
    memory: { bytes: MEMORY_BYTES, tensorBytes: MEMORY_BYTES },
    facts: processorFacts({}),
    close: () => heap.close(),
  } satisfies Partial<Backend>;
}
