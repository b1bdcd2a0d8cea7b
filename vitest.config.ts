import { configDefaults, defineConfig } from 'vitest/config';
import { CHROMIUM } from './test/support/chromium.ts';

/** Ends a run without the tests in a browser with the command that makes them possible. */
const saysWhatIsMissing = {
  onTestRunEnd: () => console.log('\nThe report (test/view) was not tested in a browser: there is no Chromium here. On Debian: sudo apt-get install chromium; elsewhere set CHROMIUM to its path.'),
};

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: [...configDefaults.exclude, ...(CHROMIUM === undefined ? ['test/view/**'] : [])],
    // A wedged worker thread would hang the pool of threads.
    pool: 'forks',
    maxWorkers: '100%',
    // Limits catch a hang, not a slow machine: the slowest test takes seconds.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    reporters: [
      'default',
      ...(process.env.CI ? [['json', { outputFile: process.env.TEST_REPORT ?? '.cache/vitest.json' }] as ['json', { outputFile: string }]] : []),
      ...(CHROMIUM === undefined ? [saysWhatIsMissing] : []),
    ],
  },
});
