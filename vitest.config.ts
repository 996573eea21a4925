import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // of some two thousand tests of processes, threads and clocks one in a while fails on a machine that others use, too;
    // .ci/summary.mjs says which needed a second try
    retry: process.env.CI ? 1 : 0,
    // children of the CLI tests bring their own parallelism
    maxWorkers: 2,
    reporters: process.env.MAAS_TEST_REPORT ? ['default', 'json'] : ['default'],
    ...(process.env.MAAS_TEST_REPORT ? { outputFile: { json: process.env.MAAS_TEST_REPORT } } : {}),
  },
});
