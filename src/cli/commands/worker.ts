/** `sweepgen worker`: runs the jobs of a queue that another process leads. */
import type { Command } from 'commander';
import { UsageError } from '../../base/fatal.ts';
import { printable } from '../../base/printable.ts';
import { plural } from '../../base/units.ts';
import { buildHash } from '../../explore/campaigns/build-hash.ts';
import { searchKind } from '../../explore/campaigns/search-job.ts';
import { sliceKind } from '../../explore/campaigns/slice-job.ts';
import { QUEUE_URLS, openQueue, placeOf, urlOf } from '../../queue/open-queue.ts';
import { serveJobs } from '../../queue/serve-jobs.ts';
import type { Deps } from '../deps.ts';
import { checkBuild } from '../explore-choices.ts';
import { examples } from '../help.ts';
import { integer } from '../options.ts';
import { Progress } from '../progress.ts';
import { roundKind } from '../round-job.ts';
import { MAX_JOBS, jobsOf } from './fuzz.ts';

interface WorkerFlags {
  readonly queue?: string;
  readonly jobs?: number;
}

/** The variable that holds the URL, so that a password need not be on the command line. */
const QUEUE_VARIABLE = 'SWEEPGEN_QUEUE';
const BUILDS_MS = 60_000;
/** The longest time that running jobs get after a signal. Slices and rounds take about five seconds. */
const DRAIN_MS = 30_000;

export function declare(command: Command, deps: Deps): void {
  command
    .description('Takes the jobs that fuzz, mutants or stress offer with --queue, runs them on worker threads, and returns the results. It may start and end at any time: another worker runs again what it has not finished. On SIGTERM or Ctrl-C, it finishes its running jobs and ends. It runs only its own code: the queue names scenarios, bugs, workloads, settings and seeds.')
    .option('--queue <url>', `queue: ${QUEUE_URLS} (default: $${QUEUE_VARIABLE})`)
    .option('--jobs <n>', 'number of worker threads, at most one for each core (default: the number of cores)', integer('--jobs', 1, MAX_JOBS))
    .addHelpText('after', examples([
      ['sweepgen worker --queue redis://queue.lan', 'on all cores, until Ctrl-C'],
      ['sweepgen worker --queue file:/mnt/campaign --jobs 4', 'on four cores, over a shared folder'],
    ]))
    .action((flags: WorkerFlags) => work(deps, flags));
}

async function work(deps: Deps, flags: WorkerFlags): Promise<void> {
  const { terminal, signal, env } = deps;
  const spec = flags.queue ?? (env[QUEUE_VARIABLE] && `env:${QUEUE_VARIABLE}`);
  if (!spec) throw new UsageError(`name the queue with --queue or $${QUEUE_VARIABLE}: ${QUEUE_URLS}`);
  checkBuild();
  const url = urlOf(spec, env);
  const build = buildHash();
  const jobs = jobsOf(deps, flags);
  const queue = await openQueue(url, { build });
  const pool = await deps.explorePool(jobs, true);
  deps.needsToEnd(DRAIN_MS);
  const progress = new Progress(terminal);
  let done = 0;
  terminal.out(`${plural(jobs, 'worker')} of build ${build} at ${printable(placeOf(url))}\n`);
  async function lookForOthers(): Promise<void> {
    const builds: readonly string[] = await queue.builds().catch(() => []);
    if (!signal.aborted && builds.length > 0 && !builds.includes(build)) progress.log(`this worker of build ${build} gets no work: the coordinator is of build ${builds.map((each) => printable(each, 40)).join(', ')}; run the same version of sweepgen here`);
  }
  const timer = setInterval(() => void lookForOthers(), BUILDS_MS);
  void lookForOthers();
  try {
    await serveJobs({
      queue, build, jobs, signal,
      kinds: [sliceKind(pool, build), searchKind(pool, build), roundKind(deps, build)],
      onDone: (told) => progress.show(`${plural(++done, 'job')} | ${told}`),
      onRefused: (message) => progress.log(`a job failed: ${printable(message, 400)}`),
      onTrouble: (message) => progress.log(message === undefined ? 'the queue can be reached again' : `the queue can't be reached (${printable(message, 100)}); trying again`),
    });
  } finally {
    clearInterval(timer);
    progress.clear();
    await pool.close();
    await queue.close();
  }
  terminal.out(`${plural(done, 'job')} done\n`);
}
