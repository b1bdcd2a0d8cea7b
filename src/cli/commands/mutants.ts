/** `sweepgen mutants`: plants bugs, and measures how soon exploration finds them. */
import { once } from 'node:events';
import type { Command } from 'commander';
import { EXIT, Unproven } from '../../base/fatal.ts';
import { isKilled, type KillTask } from '../../explore/campaigns/mutants.ts';
import type { ExplorePool } from '../../explore/campaigns/pool.ts';
import { WorkerLost } from '../../explore/campaigns/worker-lost.ts';
import type { Failure } from '../../explore/campaigns/slice.ts';
import { MONITOR_NAMES } from '../../explore/monitors/catalog.ts';
import { MUTANTS } from '../../mutants/catalog.ts';
import type { KnownBug } from '../../mutants/known-bug.ts';
import { QUEUE_URLS } from '../../queue/open-queue.ts';
import { DEFAULT_STRATEGY, makeStrategy } from '../../explore/strategies/catalog.ts';
import { plural } from '../../base/units.ts';
import type { Deps } from '../deps.ts';
import { checkBuild, chooseMonitors, chooseMutant, named } from '../explore-choices.ts';
import { examples } from '../help.ts';
import { addReport, checkReport, isRecording, wantsDocument, writeReport, type ReportFlags } from '../html-report.ts';
import { Interrupted } from '../interruption.ts';
import { describeKill, mutantsTable, type Searched } from '../mutants-report.ts';
import { integer, parseSeconds, parseSeed } from '../options.ts';
import { Progress } from '../progress.ts';
import { MAX_JOBS, jobsOf } from './fuzz.ts';

interface MutantsFlags extends ReportFlags {
  readonly seconds: number;
  readonly seeds: number;
  readonly seed: number;
  readonly jobs?: number;
  readonly strategy?: string;
  readonly races?: boolean;
  readonly monitors?: string;
  readonly queue?: string;
}

/** Distance between the seeds of two searches, whose ranges must not overlap. */
const STRIDE = 2 ** 28;

export function declare(command: Command, deps: Deps): void {
  command
    .description('Plants one bug after another in the source, and searches for it in the scenarios that should find it, once for each seed. A bug is killed if every search finds it in time. Prints a table, and ends with exit code 5 if a bug survives.')
    .argument('[mutants...]', 'bugs to plant (default: all)')
    .option('--seconds <time>', 'time limit of a search, as 30, 5m or 1h', parseSeconds, 60)
    .option('--seeds <n>', 'number of searches for each bug', integer('--seeds', 1, 16), 5)
    .option('--seed <n>', 'seed of the first search', parseSeed, 1)
    .option('--jobs <n>', 'number of worker threads, at most one for each core (default: the number of cores)', integer('--jobs', 1, MAX_JOBS))
    .option('--strategy <name>', `strategy that chooses the thread to run next; explore --list shows them (default: ${DEFAULT_STRATEGY})`)
    .option('--races', 'watch with the race detector in every turn')
    .option('--monitors <names>', "monitors that watch in every turn: names joined by commas, 'all' or 'none'")
    .option('--queue <url>', `let workers on other machines run the searches (see worker): ${QUEUE_URLS}`)
    .option('--json', 'print one JSON document');
  addReport(command);
  command
    .addHelpText('after', examples([
      ['sweepgen mutants', 'all bugs'],
      ['sweepgen mutants mark-load-or-store --seeds 1', 'one bug, searched once'],
      ['sweepgen mutants --queue redis://queue.lan', 'on all machines that run sweepgen worker'],
    ]))
    .action((names: readonly string[], flags: MutantsFlags) => runMutants(deps, names, flags));
}

async function runMutants(deps: Deps, names: readonly string[], flags: MutantsFlags): Promise<void> {
  const { terminal } = deps;
  checkBuild();
  checkReport(deps, flags);
  const wanted = names.length === 0 ? MUTANTS : [...new Set(names)].map((name) => named(MUTANTS, name, 'mutant'));
  for (const { name } of wanted) chooseMutant(name);
  const jobs = Math.min(jobsOf(deps, flags), wanted.length);
  const watch = chooseMonitors(flags, { monitors: MONITOR_NAMES, always: false });
  const search: Omit<KillTask, 'mutant'> = {
    seeds: Array.from({ length: flags.seeds }, (_, i) => (flags.seed + i * STRIDE) % 2 ** 32),
    seconds: flags.seconds,
    strategy: makeStrategy(flags.strategy ?? DEFAULT_STRATEGY).name,
    ...watch,
  };
  if (!flags.json) terminal.out(`${plural(wanted.length, 'mutant')}, ${plural(flags.seeds, 'search', 'searches')} of at most ${flags.seconds} s each, by ${search.strategy}, on ${flags.queue === undefined ? plural(jobs, 'worker') : 'the workers of the queue'}\n`);
  const searched = await (flags.queue === undefined ? searchHere(deps, jobs, wanted, search) : searchElsewhere(deps, flags.queue, wanted, search));
  let document: string | undefined;
  if (wantsDocument(flags)) {
    const { mutantsDocument } = await import('../mutants-document.ts');
    document = mutantsDocument(search, searched, isRecording(flags) ? await (await import('../player.ts')).playersOf(failuresOf(searched)) : undefined);
  }
  if (flags.json) terminal.out(`${document}\n`);
  else {
    terminal.out(`${mutantsTable(searched, terminal.outWidth).join('\n')}\n`);
    const left = wanted.length - searched.length;
    if (left > 0) terminal.out(`${plural(left, 'mutant')} not tried\n`);
  }
  await writeReport(deps, flags, 'mutants', document);
  conclude(deps, wanted, searched);
}

/** Returns the first failure of each mutant. */
function failuresOf(searched: readonly Searched[]): Failure[] {
  return searched.flatMap(({ kill }) => kill?.searches.find(({ failure }) => failure !== null)?.failure ?? []);
}

/** Searches on worker threads of this machine. Returns the mutants whose searches have ended, in the order of `wanted`. */
async function searchHere(deps: Deps, jobs: number, wanted: readonly KnownBug[], search: Omit<KillTask, 'mutant'>): Promise<Searched[]> {
  const pool = await deps.explorePool(jobs);
  const progress = new Progress(deps.terminal);
  const searched = new Map<KnownBug, Searched>();
  const left = [...wanted];
  async function work(): Promise<void> {
    for (let mutant = left.shift(); mutant !== undefined && !deps.signal.aborted; mutant = left.shift()) {
      progress.show(`${searched.size} of ${wanted.length}; ${mutant.name} …`);
      const result = await searchOne(pool, mutant, search);
      // The interruption has closed the pool.
      if (result.kill === null && deps.signal.aborted) return;
      searched.set(mutant, result);
      progress.log(describeKill(result));
    }
  }
  const all = Promise.all(Array.from({ length: jobs }, work));
  // A search may take minutes: an interruption does not wait for it.
  all.catch(() => {});
  try {
    await Promise.race([all, deps.signal.aborted ? undefined : once(deps.signal, 'abort')]);
  } finally {
    progress.clear();
    await pool.close();
  }
  return wanted.flatMap((mutant) => searched.get(mutant) ?? []);
}

/** Searches on the workers of a queue; see searchHere. */
async function searchElsewhere(deps: Deps, spec: string, wanted: readonly KnownBug[], search: Omit<KillTask, 'mutant'>): Promise<Searched[]> {
  const [{ leadQueue }, { spreadSearches }, { describeWorkers }] = await Promise.all([import('../led-queue.ts'), import('../queue-mutants.ts'), import('../describe-workers.ts')]);
  const queue = await leadQueue(deps, spec);
  const progress = new Progress(deps.terminal);
  const searched = new Map<KnownBug, Searched>();
  try {
    await spreadSearches(deps, queue, {
      wanted, search,
      onSearched(result) {
        searched.set(result.mutant, result);
        progress.log(describeKill(result));
      },
      onWorkers: (workers) => progress.show(`${searched.size} of ${wanted.length}, ${describeWorkers(workers)}`),
      say: (text) => progress.log(text),
    });
  } finally {
    progress.clear();
    await queue.close();
  }
  return wanted.flatMap((mutant) => searched.get(mutant) ?? []);
}

async function searchOne(pool: ExplorePool, mutant: KnownBug, search: Omit<KillTask, 'mutant'>): Promise<Searched> {
  try {
    return { mutant, kill: await pool.killMutant({ ...search, mutant: mutant.name }), lost: '' };
  } catch (error) {
    if (error instanceof WorkerLost) return { mutant, kill: null, lost: error.message };
    throw error;
  }
}

function conclude(deps: Deps, wanted: readonly KnownBug[], searched: readonly Searched[]): void {
  if (searched.length < wanted.length && deps.signal.aborted) throw new Interrupted((args) => goOn(args, wanted, searched));
  const survivors = searched.filter(({ kill }) => kill !== null && !isKilled(kill)).map(({ mutant }) => mutant.name);
  if (survivors.length > 0) throw new Unproven(`${plural(survivors.length, 'mutant survives', 'mutants survive')}: ${survivors.join(', ')}`);
  const lost = searched.filter(({ kill }) => kill === null);
  if (lost.length > 0) throw new WorkersLost(lost.map(({ mutant, lost: why }) => `${mutant.name}: ${why}`).join('\n'));
}

/** Returns the words with the names of the mutants that were not tried. */
function goOn(args: readonly string[], wanted: readonly KnownBug[], searched: readonly Searched[]): string[] {
  const names = new Set(wanted.map(({ name }) => name));
  const tried = new Set(searched.map(({ mutant }) => mutant.name));
  return [...args.filter((word) => !names.has(word)), ...[...names].filter((name) => !tried.has(name))];
}

class WorkersLost extends Error {
  readonly exitCode = EXIT.hang;
}
