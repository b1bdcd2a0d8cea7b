/**
 * A worker of a campaign whose slices are played: what a seed gives is a function of the seed, so that
 * hundreds of slices take seconds. All else is the real worker.
 *
 * node campaign-worker.mjs URL BUILD CLAIM_MS JOBS RAN [CLOCK_SKEW_MS]
 *
 * It prints `serves` when it has found the queue. It writes a line to the file RAN when a slice begins and one when it ends. After SIGTERM it finishes its slices.
 */
import { appendFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { sliceKind } from '../../dist/src/explore/campaigns/slice-job.js';
import { openQueue } from '../../dist/src/queue/open-queue.js';
import { serveJobs } from '../../dist/src/queue/serve-jobs.js';
import { playSlice } from './played-slices.mjs';

const [url, build, claimMs, jobs, ran, skew = '0'] = process.argv.slice(2);
if (skew !== '0') {
  const now = Date.now;
  Date.now = () => now() + Number(skew);
}
const stop = new AbortController();
process.on('SIGTERM', () => stop.abort());

const pool = {
  jobs: Number(jobs),
  async runSlice(slice) {
    const place = `${slice.station.scenario} ${slice.seed} ${slice.executions}`;
    appendFileSync(ran, `begin ${process.pid} ${place}\n`);
    await setTimeout(5);
    const result = playSlice(slice);
    appendFileSync(ran, `end ${process.pid} ${place}\n`);
    return result;
  },
};
const queue = await openQueue(url, { build, claimMs: Number(claimMs) });
process.stdout.write('serves\n');
await serveJobs({
  queue, kinds: [sliceKind(pool, build)], jobs: pool.jobs, build, signal: stop.signal,
  onRefused: (message) => process.stdout.write(`refused: ${message}\n`),
  onTrouble: (message) => process.stdout.write(`trouble: ${message ?? 'over'}\n`),
});
await queue.close();
process.exit();
