// The WebAssembly modules: AssemblyScript sources, and how each is compiled. The same source gives the same bytes.

const ownMemory = ['--runtime', 'minimal', '--enable', 'simd'];

export const kernels = [
  {
    source: 'src/compute/wasm/assembly/kernels.ts',
    target: 'dist/compute/wasm/kernels.wasm',
    flags: ['--importMemory', '--runtime', 'stub', '--enable', 'simd'],
  },
  {
    source: 'src/compute/wasm/assembly/jobs.ts',
    target: 'dist/compute/wasm/jobs.wasm',
    flags: [
      ...['--importMemory', '--sharedMemory', '--initialMemory', '1', '--maximumMemory', '65536'],
      ...['--runtime', 'stub', '--enable', 'simd,threads'],
    ],
  },
  { source: 'src/features/assembly/counter.ts', target: 'dist/features/counter.wasm', flags: ownMemory },
  { source: 'src/features/assembly/rows.ts', target: 'dist/features/rows.wasm', flags: ownMemory },
];

/** Compiles a module with the compiler `asc`, to `target` or elsewhere. */
export async function compileKernel(asc, { source, target, flags }) {
  const common = ['--noAssert', '-O3', '--use', 'abort='];
  const { error, stderr } = await asc.main([source, '-o', target, ...common, ...flags]);
  if (!error) return;
  console.error(stderr.toString());
  throw error;
}
