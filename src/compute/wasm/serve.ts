import { workerData } from 'node:worker_threads';
import type { ServeRequest } from './heap.js';

/** A thread of a `SharedHeap`: does its jobs with it until it is told to end. */
const { module, memory } = workerData as ServeRequest;
const { serve } = new WebAssembly.Instance(module, { env: { memory } }).exports;
(serve as () => void)();
