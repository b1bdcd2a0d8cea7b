import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // A wedged worker thread would hang the pool of threads.
    pool: 'forks',
    maxWorkers: '100%',
    // Limits catch a hang, not a slow machine: the slowest test takes seconds.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    reporters: process.env.CI ? ['default', ['json', { outputFile: process.env.TEST_REPORT ?? '.cache/vitest.json' }]] : ['default'],
  },
});
