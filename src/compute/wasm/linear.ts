import type { Backend } from '../backend.js';
import { processorFacts } from '../processor.js';
import type { VectorSpace } from '../vectors.js';
import { SharedHeap } from './heap.js';
import { heapLoss } from './linear-loss.js';
import { heapVectors } from './vectors.js';

/** The address space of WebAssembly, less what gaps need. */
const MEMORY_BYTES = 3.6e9;

/** What linear models need of the device `wasm`: maas's own kernels, without TensorFlow.js. */
export function openWasmLinear(threads: number) {
  const heap = SharedHeap.open(threads);
  return {
    vectors: (length: number) => heapVectors(heap, length) as VectorSpace,
    loss: (problem) => heapLoss(heap, problem),
    memory: { bytes: MEMORY_BYTES, tensorBytes: MEMORY_BYTES },
    facts: processorFacts({}),
    close: () => heap.close(),
  } satisfies Partial<Backend>;
}
