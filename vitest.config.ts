import { availableParallelism } from 'node:os';
import { configDefaults, defineConfig } from 'vitest/config';
import { CHROMIUM } from './test/support/chromium.ts';
import { HAS_NAMESPACES } from './test/support/namespaces.ts';
import { SERVERS } from './test/support/servers.ts';

/** Tests that need more than Node. */
const IMPOSSIBLE = [
  ...(CHROMIUM === undefined ? ['test/view/**'] : []),
  ...(SERVERS.length > 0 ? [] : ['test/explore/campaigns/coordinate-{cuts,hosts}.test.ts', 'test/queue/bullmq-lead.test.ts']),
  ...(HAS_NAMESPACES ? [] : ['test/explore/campaigns/coordinate-{disk,hosts}.test.ts']),
];

/** What can't be tested on this machine, and the command that makes it possible. */
const MISSING = [
  ...(CHROMIUM === undefined ? ['The report (test/view) was not tested in a browser: there is no Chromium here. On Debian: sudo apt-get install chromium; elsewhere set CHROMIUM to its path.'] : []),
  ...(SERVERS.includes('redis') ? [] : ['Campaigns over Redis were not tested: there is no redis-server here. On Debian: sudo apt-get install redis-server.']),
  ...(SERVERS.includes('postgres') ? [] : ['Campaigns over PostgreSQL were not tested: there is no PostgreSQL here. On Debian: sudo apt-get install postgresql.']),
  ...(HAS_NAMESPACES ? [] : ['Campaigns on several hosts, and with a full disk, were not tested: this user can make no namespaces here. They need Linux with unshare, nsenter and ip, and the right to make user namespaces. On Debian: sudo apt-get install util-linux iproute2; in a container: run it with --security-opt seccomp=unconfined.']),
];

/** Ends a run without some tests with the commands that make them possible. */
const saysWhatIsMissing = {
  onTestRunEnd: () => console.log(`\n${MISSING.join('\n')}`),
};

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: [...configDefaults.exclude, ...IMPOSSIBLE],
    // A wedged worker thread would hang the pool of threads.
    pool: 'forks',
    // One more than cores: some tests mostly wait, for claims to end and servers to come back.
    maxWorkers: availableParallelism() + 1,
    // Limits catch a hang, not a slow machine: the slowest test takes seconds.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    reporters: [
      'default',
      ...(process.env.CI ? [['json', { outputFile: process.env.TEST_REPORT ?? '.cache/vitest.json' }] as ['json', { outputFile: string }]] : []),
      ...(MISSING.length > 0 ? [saysWhatIsMissing] : []),
    ],
  },
});
