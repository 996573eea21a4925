import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // children of the CLI tests bring their own parallelism
    maxWorkers: 2,
    reporters: process.env.MAAS_TEST_REPORT ? ['default', 'json'] : ['default'],
    ...(process.env.MAAS_TEST_REPORT ? { outputFile: { json: process.env.MAAS_TEST_REPORT } } : {}),
  },
});
