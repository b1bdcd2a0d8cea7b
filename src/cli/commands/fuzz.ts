/** `sweepgen fuzz`: explores every scenario in every setting, on all cores. */
import type { Command } from 'commander';
import { UsageError } from '../../base/fatal.ts';
import { printable } from '../../base/printable.ts';
import { buildHash } from '../../explore/campaigns/build-hash.ts';
import { fuzz, type FuzzOptions, type FuzzResult } from '../../explore/campaigns/fuzz.ts';
import { History } from '../../explore/campaigns/history.ts';
import type { Header } from '../../explore/campaigns/log.ts';
import { Plan } from '../../explore/campaigns/plan.ts';
import { isModulePath } from '../../explore/user-scenario.ts';
import { settingsOf } from '../../explore/campaigns/settings.ts';
import type { Failure, Station } from '../../explore/campaigns/slice.ts';
import { inWords } from '../../base/suggest.ts';
import { QUEUE_URLS } from '../../queue/open-queue.ts';
import type { WorkerFacts } from '../../queue/queue.ts';
import { possibleByScenario, possibleInAny } from '../../explore/possible-edges.ts';
import { SCENARIOS } from '../../explore/scenarios/catalog.ts';
import { takeUp } from '../../explore/campaigns/take-up.ts';
import { Tally, type ScenarioTally } from '../../explore/campaigns/tally.ts';
import { createLog, resumeLog } from '../../explore/campaigns/write-log.ts';
import { MONITOR_NAMES } from '../../explore/monitors/catalog.ts';
import { DEFAULT_STRATEGY, makeStrategy } from '../../explore/strategies/catalog.ts';
import { campaignOf, type Campaign } from '../../report/campaign.ts';
import { plural } from '../../base/units.ts';
import type { Deps } from '../deps.ts';
import { FailuresFound, checkBuild, checkProven, chooseMonitors, chooseMutant, chooseScenarios, fixKnobs } from '../explore-choices.ts';
import { describeCoverage, describeFailure, describeProgress, describeTotals, nothingWrong } from '../fuzz-report.ts';
import { examples } from '../help.ts';
import { addReport, checkReport, isRecording, wantsDocument, writeReport, type ReportFlags } from '../html-report.ts';
import { Interrupted } from '../interruption.ts';
import { collectSetting, integer, parseMemories, parseSeconds, parseSeed, type Setting } from '../options.ts';
import { Progress } from '../progress.ts';
import type { Memory } from '../../explore/weak/memory.ts';
import type { LedQueue } from '../led-queue.ts';

interface FuzzFlags extends ReportFlags {
  readonly seconds?: number;
  readonly executions?: number;
  readonly jobs?: number;
  readonly seed?: number;
  readonly strategy?: string;
  readonly memory?: readonly Memory[];
  readonly mutant?: string;
  readonly races?: boolean;
  readonly monitors?: string;
  readonly set?: readonly Setting[];
  readonly keepGoing?: boolean;
  readonly shrink: boolean;
  readonly log?: string;
  readonly resume?: boolean;
  readonly queue?: string;
}

const SECONDS = 60;
export const MAX_JOBS = 256;

export function declare(command: Command, deps: Deps): void {
  command
    .description('Spreads executions over worker threads. The scenarios alternate, each in all its settings, and monitors watch every fourth turn. Stops at the first failure, shrinks it, and prints the commands that repeat it; at the end, prints the coverage. A planted bug that is not found gives exit code 5.')
    .argument('[scenarios...]', 'scenarios to run (default: all, or those that should find the mutant)')
    .option('--seconds <time>', `duration of the search, as 30, 5m or 1h (default: ${SECONDS}, unless --executions is given)`, parseSeconds)
    .option('--executions <n>', 'total number of executions', integer('--executions', 1, 1_000_000_000_000))
    .option('--jobs <n>', 'number of worker threads, at most one for each core (default: the number of cores)', integer('--jobs', 1, MAX_JOBS))
    .option('--seed <n>', 'seed of the first execution of each setting (default: a fresh one)', parseSeed)
    .option('--strategy <name>', `strategy that chooses the thread to run next; explore --list shows them (default: ${DEFAULT_STRATEGY})`)
    .option('--memory <models>', 'memory models, joined by commas, which take turns: sc, every load returns the newest value; tso, plain stores may be late, as on x86; js, what ECMAScript promises (default: sc, or the model that finds the mutant)', parseMemories)
    .option('--mutant <name>', 'plant this bug')
    .option('--races', 'watch with the race detector in every turn')
    .option('--monitors <names>', "monitors that watch in every turn: names joined by commas, 'all' or 'none'")
    .option('--set <knob=value>', 'fix the value of a knob; may be repeated', collectSetting)
    .option('--keep-going', 'continue after a failure; print failures of the same kind once')
    .option('--no-shrink', 'do not shrink failures')
    .option('--log <file>', 'write a line of JSON for each slice and each failure')
    .option('--resume', 'continue the campaign of that log')
    .option('--queue <url>', `let workers on other machines run the executions (see worker): ${QUEUE_URLS}`)
    .option('--json', 'print one JSON document');
  addReport(command);
  command
    .addHelpText('after', examples([
      ['sweepgen fuzz', 'a minute of all scenarios'],
      ['sweepgen fuzz sweep-refill --set procs=2', 'one scenario, on 2 Ps'],
      ['sweepgen fuzz --memory tso,js', 'all scenarios, each setting under both weak memory models'],
      ['sweepgen fuzz --seconds 8h --keep-going --log n.jsonl', 'a night'],
      ['sweepgen fuzz --seconds 8h --log n.jsonl --resume', 'and the next'],
      ['sweepgen fuzz --queue redis://queue.lan --seconds 8h --log n.jsonl', 'on all machines that run sweepgen worker'],
    ]))
    .action((names: readonly string[], flags: FuzzFlags) => runFuzz(deps, names, flags));
}

async function runFuzz(deps: Deps, names: readonly string[], flags: FuzzFlags): Promise<void> {
  checkBuild();
  checkReport(deps, flags);
  const fresh = flags.resume ? undefined : await headerOf(deps, names, flags);
  if (flags.resume) checkResume(names, flags);
  // Before the log is read: until then, the former coordinator may write to it.
  const queue = flags.queue === undefined ? undefined : await (await import('../led-queue.ts')).leadQueue(deps, flags.queue);
  try {
    await runCampaign(deps, flags, fresh, queue);
  } finally {
    await queue?.close();
  }
}

/** @param fresh describes a campaign that begins; undefined for one that goes on */
async function runCampaign(deps: Deps, flags: FuzzFlags, fresh: Omit<Header, 'type' | 'format'> | undefined, queue: LedQueue | undefined): Promise<void> {
  const { terminal } = deps;
  const resumed = fresh === undefined ? resumeLog(flags.log!) : undefined;
  const about = (resumed?.logged.header ?? fresh)!;
  const own = queue && about.scenarios.find(isModulePath);
  if (own !== undefined) throw new UsageError(`${printable(own)} is a scenario of your own, and workers run only built-in ones; leave --queue out`);
  const mutant = chooseMutant(about.mutant ?? undefined);
  makeStrategy(about.strategy);
  const chosen = await chooseScenarios(about.scenarios, mutant);
  fixKnobs(chosen, Object.entries(about.set));
  const scenarios = chosen.map((scenario) => ({ name: scenario.name, settings: settingsOf(scenario, about.set), isOrdinary: scenario.runs === 'thread' }));
  const plan = new Plan({ ...about, scenarios });
  // All scenarios together could pass every edge.
  const possible = about.scenarios.length < SCENARIOS.length ? await possibleByScenario(about.scenarios, about.set) : undefined;
  const tally = new Tally(about.scenarios, possible && possibleInAny(possible));
  const history = new History();
  if (resumed !== undefined) takeUp(resumed.logged, { tally, history, plan });
  const log = resumed?.log ?? (flags.log === undefined ? undefined : createLog(flags.log, about));
  const jobs = jobsOf(deps, flags);
  const { memories = ['sc'] } = about;
  const settings = scenarios.reduce((sum, each) => sum + each.settings.length, 0);
  const stations = settings * memories.length;
  if (!flags.json) {
    terminal.out(`seed ${about.seed}: ${plural(scenarios.length, 'scenario')} in ${plural(settings, 'setting')}${about.memories === undefined ? '' : ` under ${inWords(memories)}`}, by ${about.strategy}, on ${queue === undefined ? plural(jobs, 'worker') : 'the workers of the queue'}${mutant === undefined ? '' : `, with ${mutant.name} planted`}\n`);
    if (resumed !== undefined) terminal.out(`before: ${describeTotals(tally, 0)}\n`);
  }
  const progress = new Progress(terminal);
  const before = tally.failures.length;
  const executionsBefore = tally.sum('executions');
  const campaign = {
    plan,
    tally,
    history,
    seconds: flags.seconds ?? (flags.executions === undefined ? SECONDS : undefined),
    executions: flags.executions,
    keepGoing: flags.keepGoing ?? false,
    shrink: flags.shrink,
    now: deps.now,
    signal: deps.signal,
    log,
    owed: resumed?.logged.owed ?? [],
    onSlice: (slice: ScenarioTally, seconds: number, workers?: readonly WorkerFacts[]) => progress.show(describeProgress(slice, tally, seconds, workers)),
    onFailure(failure: Failure) {
      progress.clear();
      if (!flags.json) terminal.out(`${describeFailure(failure, flags.keepGoing ?? false, terminal).join('\n')}\n\n`);
    },
  };
  let result: FuzzResult;
  try {
    if (queue === undefined) result = await fuzzHere(deps, jobs, { ...campaign, stations, strategy: about.strategy }, mutant && { scenario: scenarios[0].name, knobs: scenarios[0].settings[0], strategy: about.strategy, monitors: [], mutant: mutant.name, ...(memories[0] !== 'sc' && { memory: memories[0] }) });
    else result = await (await import('../queue-campaign.ts')).coordinateOver(queue, campaign, (text) => progress.log(text));
  } finally {
    progress.clear();
  }
  let document: string | undefined;
  if (wantsDocument(flags)) {
    const { fuzzDocument } = await import('../fuzz-document.ts');
    const recorded = isRecording(flags) ? { campaign: await courseOf(deps, history, tally, about, possible), players: await (await import('../player.ts')).playersOf(tally.failures) } : {};
    document = fuzzDocument(about, jobs, tally, result, recorded);
  }
  if (flags.json) terminal.out(`${document}\n`);
  else {
    terminal.out(`${describeCoverage(tally, result.ending !== 'failure', terminal.outWidth).join('\n')}\n`);
    terminal.out(`${describeTotals(tally, executionsBefore === 0 ? result.seconds : 0)}${tally.failures.length === 0 ? nothingWrong(tally.sum('executions'), mutant) : ''}\n`);
  }
  await writeReport(deps, flags, 'fuzz', document);
  if (log?.error !== undefined) throw log.error;
  conclude(tally.failures.slice(before), flags, result, deps);
  if (tally.failures.length === 0) checkProven(tally.sum('executions'), mutant);
}

/** Runs the campaign on worker threads of this machine. @param first the station whose core is built before the clock starts */
async function fuzzHere(deps: Deps, jobs: number, campaign: Omit<FuzzOptions, 'pool'>, first: Station | undefined): Promise<FuzzResult> {
  const pool = await deps.explorePool(jobs);
  try {
    // The time limit is for the search alone.
    if (first !== undefined) await pool.prepare(first);
    return await fuzz({ ...campaign, pool });
  } finally {
    await pool.close();
  }
}

/** Returns the course of the campaign for the report. After an interruption, it leaves out what takes seconds: the edges that could be passed. */
async function courseOf(deps: Deps, history: History, tally: Tally, { scenarios, set }: Pick<Header, 'scenarios' | 'set'>, possible: ReadonlyMap<string, Uint8Array> | undefined): Promise<Campaign> {
  return campaignOf(history, tally, possible ?? (deps.isInterrupted() ? new Map() : await possibleByScenario(scenarios, set)));
}

/** Returns the number of worker threads, at most one for each core: more would be time-sliced. */
export function jobsOf({ cores, terminal }: Deps, { jobs, json }: { readonly jobs?: number; readonly json?: boolean }): number {
  if (jobs === undefined || jobs <= cores) return jobs ?? cores;
  if (!json) terminal.err(`--jobs ${jobs}: ${plural(cores, 'worker')} for the ${plural(cores, 'core')} here\n`);
  return cores;
}

/** Returns the header of the campaign that the flags describe. */
async function headerOf(deps: Deps, names: readonly string[], flags: FuzzFlags): Promise<Omit<Header, 'type' | 'format'>> {
  const mutant = chooseMutant(flags.mutant);
  const scenarios = await chooseScenarios(names, mutant);
  const memories = flags.memory ?? (mutant?.memory && [mutant.memory]);
  return {
    sweepgen: deps.version,
    build: buildHash(),
    seed: flags.seed ?? deps.freshSeed(),
    scenarios: scenarios.map(({ name }) => name),
    set: fixKnobs(scenarios, flags.set ?? []),
    strategy: makeStrategy(flags.strategy ?? DEFAULT_STRATEGY).name,
    ...chooseMonitors(flags, { monitors: MONITOR_NAMES, always: false }),
    mutant: flags.mutant ?? null,
    ...(memories?.some((memory) => memory !== 'sc') && { memories }),
  };
}

/** @throws UsageError if the flags can't resume a log */
function checkResume(names: readonly string[], flags: FuzzFlags): void {
  if (flags.log === undefined) throw new UsageError('--resume needs --log, the log to go on with');
  const given = [...names, ...(['seed', 'strategy', 'memory', 'mutant', 'races', 'monitors', 'set'] as const).filter((name) => flags[name] !== undefined).map((name) => `--${name}`)];
  if (given.length > 0) throw new UsageError(`--resume goes on with the campaign of the log, as it was begun; leave out ${given.join(' ')}`);
}

/** Throws the error that the end of the campaign stands for, if any. */
function conclude(found: readonly Failure[], flags: FuzzFlags, { lost }: FuzzResult, deps: Deps): void {
  if (lost !== undefined) {
    const { station, seed } = lost.turn;
    lost.error.message += `, at ${station.scenario} from seed ${seed} on${flags.log === undefined ? '' : `; what was found before is in ${flags.log}`}`;
    throw lost.error;
  }
  if (found.length > 0) throw new FailuresFound(found);
  if (!deps.signal.aborted) return;
  throw new Interrupted(flags.log === undefined ? undefined : () => ['fuzz', '--seconds', String(flags.seconds ?? SECONDS), '--log', flags.log!, '--resume', ...(flags.queue === undefined ? [] : ['--queue', flags.queue])]);
}
