/**
 * `node dist/bench/campaign-stub.js URL WORKERS JOBS MS RATE`: many workers in one process, which sleep instead of running slices.
 * Each has JOBS jobs; a slice takes MS, and its result is as long as that of a worker with RATE executions a second.
 * It prints a line when all serve.
 */
import { setTimeout } from 'node:timers/promises';
import { buildHash } from '../src/explore/campaigns/build-hash.ts';
import type { ExplorePool } from '../src/explore/campaigns/pool.ts';
import { sliceKind } from '../src/explore/campaigns/slice-job.ts';
import type { SliceResult } from '../src/explore/campaigns/slice.ts';
import { openQueue } from '../src/queue/open-queue.ts';
import type { Queue } from '../src/queue/queue.ts';
import { serveJobs } from '../src/queue/serve-jobs.ts';
import { EDGES } from '../src/rewrite/edges/catalog.ts';

const [url, workers, jobs, ms, rate] = process.argv.slice(2);
const build = buildHash();

const pool: Pick<ExplorePool, 'jobs' | 'runSlice'> = {
  jobs: Number(jobs),
  async runSlice({ seed, executions }): Promise<SliceResult> {
    await setTimeout(Number(ms));
    return {
      executions, steps: 200 * executions, switches: 50 * executions, seconds: executions / Number(rate), exhausted: false, covered: '', failures: [], seen: {},
      hashes: Uint32Array.from({ length: executions }, (_, i) => Math.imul(seed + i, 0x9e3779b1)), edges: new Uint32Array(EDGES.length),
    };
  },
};

// One after another: each opens connections.
for (let i = 0; i < Number(workers); i++) {
  void serveJobs({ queue: await opened(), kinds: [sliceKind(pool as ExplorePool, build)], jobs: pool.jobs, build, signal: new AbortController().signal });
}
process.stdout.write('all serve\n');

/** Opens the queue. Tries again while the server is busy with other connections. */
async function opened(): Promise<Queue> {
  for (;;) {
    try {
      return await openQueue(url, { build });
    } catch (error) {
      process.stderr.write(`${(error as Error).message}; trying again\n`);
    }
  }
}
