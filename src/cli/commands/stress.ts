/** `sweepgen stress`: random rounds, checked by the oracle. */
import type { Command } from 'commander';
import { printable } from '../../base/printable.ts';
import { Unproven, UsageError } from '../../base/fatal.ts';
import type { RecordedEvents } from '../../inspect/event-log.ts';
import { timelineOf } from '../../report/timeline-of-events.ts';
import type { Timeline } from '../../report/timeline.ts';
import { Stopped } from '../../run/errors.ts';
import { formatCount, plural } from '../../base/units.ts';
import { withOption } from '../command-line.ts';
import type { Deps } from '../deps.ts';
import { findWorkload } from '../find-workload.ts';
import { examples, workloadList } from '../help.ts';
import { addReport, checkReport, wantsDocument, writeReport, type ReportFlags } from '../html-report.ts';
import { Interrupted } from '../interruption.ts';
import { recorderFor } from '../record-heap.ts';
import { MAX_PROCS } from '../../run/machine-options.ts';
import { QUEUE_URLS } from '../../queue/open-queue.ts';
import { COLLECTOR_FLAGS, addMachineFlags, collectorOf } from '../machine-flags.ts';
import { integer, parseSeconds, parseSeed } from '../options.ts';
import { Progress } from '../progress.ts';
import { recordsEvents } from '../timelines.ts';
import { addTrace, checkTrace, writeTrace, type TraceFlags } from '../trace-flag.ts';
import { drawRound, type Choices } from '../../run/rounds.ts';
import { commandOf } from '../round-command.ts';
import { MAX_ROUND_SECONDS, runRound } from '../run-round.ts';
import type { FailedRound, RecordedRound, Tally } from '../stress-document.ts';

interface StressFlags extends ReportFlags, TraceFlags {
  readonly procs?: number;
  readonly seconds?: number;
  readonly rounds?: number;
  readonly seed?: number;
  readonly firstRound: number;
  readonly queue?: string;
}

/** When to end: the flags, with what they leave open. */
interface Extent {
  readonly seed: number;
  /** Infinity: the number of rounds alone decides. */
  readonly seconds: number;
  /** Infinity: the time alone decides. */
  readonly rounds: number;
}

/** Duration without --seconds and --rounds. */
const DEFAULT_SECONDS = 30;

/** Workloads that stress leaves out: sequence needs one P, and collect needs a heap from outside. */
const UNFIT = new Set(['sequence', 'collect']);
const MAX_ROUND = 1_000_000_000;

export async function declare(command: Command, deps: Deps): Promise<void> {
  command
    .description('Runs random rounds, each with its own GOGC, number of Ps and sizes, drawn from the seed, and checks the whole heap at each collection. A failure is printed with the command that repeats its round. If no collection was verified, the exit code is 5.')
    .argument('[workload]', 'a workload, or the path of a module of yours (default: a random one each round)');
  addMachineFlags(command, ['procs'], { procs: { help: `most Ps of a round, 1 to ${MAX_PROCS} (default: the number of cores, but at least 4)` } });
  addMachineFlags(command, COLLECTOR_FLAGS);
  command
    .option('--seconds <time>', `duration, as 30, 5m or 1h (default: ${DEFAULT_SECONDS}, or until --rounds have ended)`, parseSeconds)
    .option('--rounds <n>', 'end after so many rounds (default: when the time is up)', integer('--rounds', 1, MAX_ROUND))
    .option('--seed <n>', 'seed of the rounds (default: a fresh one)', parseSeed)
    .option('--first-round <n>', "number of the first round, to continue a seed's rounds", integer('--first-round', 0, MAX_ROUND), 0)
    .option('--queue <url>', `let workers on other machines run the rounds (see worker): ${QUEUE_URLS}`)
    .option('--json', 'print one JSON document');
  addReport(command);
  addTrace(command, 'what each thread does at the end of the last round that ended');
  command
    .addHelpText('after', workloadList(await deps.listWorkloads()))
    .addHelpText('after', examples([
      ['sweepgen stress', 'half a minute of all workloads'],
      ['sweepgen stress churn --procs 8 --seconds 10m', 'one workload on many threads'],
      ['sweepgen stress --collector concurrent --barrier hybrid --stacks once', 'the collector of Go 1.8'],
      ['sweepgen stress --seed 7 --rounds 20', 'the same rounds each time, on any machine'],
      ['sweepgen stress --queue redis://queue.lan --seconds 8h', 'on all machines that run sweepgen worker'],
    ]))
    .action((spec: string | undefined, flags: StressFlags) => stress(deps, spec, flags));
}

async function stress(deps: Deps, spec: string | undefined, flags: StressFlags): Promise<void> {
  const { terminal } = deps;
  const choices: Choices = {
    workloads: spec === undefined ? await candidates(deps) : [{ spec, workload: await findWorkload(deps, spec) }],
    maxProcs: flags.procs ?? defaultProcs(deps.cores),
    collector: collectorOf(flags),
  };
  checkReport(deps, flags);
  checkTrace(deps, flags);
  if (flags.queue !== undefined) await checkSpread(deps, spec, flags);
  const seed = flags.seed ?? deps.freshSeed();
  const extent: Extent = { seed, rounds: flags.rounds ?? Infinity, seconds: flags.seconds ?? (flags.rounds === undefined ? DEFAULT_SECONDS : Infinity) };
  if (!flags.json) terminal.out(`seed ${seed}: ${tellExtent(extent)} on up to ${plural(choices.maxProcs, 'P')}\n`);
  const { tally, failed, timeline, recorded, next } = await (flags.queue === undefined ? runRounds(deps, choices, { ...flags, ...extent }) : runElsewhere(deps, choices, { ...flags, ...extent, queue: flags.queue }));
  const isInterrupted = failed === undefined ? deps.signal.aborted && tally.rounds < extent.rounds : failed.error instanceof Stopped;
  let document: string | undefined;
  if (wantsDocument(flags)) {
    const { stressDocument } = await import('../stress-document.ts');
    document = stressDocument({ seed, maxProcs: choices.maxProcs, tally, isInterrupted, failed: isInterrupted ? undefined : failed, timeline, recorded });
  }
  if (flags.json) terminal.out(`${document}\n`);
  else if (failed === undefined || isInterrupted) terminal.out(`${conclusion(tally)}\n`);
  else terminal.out(`round ${failed.round} failed, after ${describe(tally)}\nrepeat it with: ${failed.repeat}\n`);
  writeTrace(deps, flags, timeline === undefined ? [] : [timeline]);
  await writeReport(deps, flags, 'stress', document);
  if (isInterrupted) {
    throw new Interrupted((args) => {
      const on = withOption(withOption(args, '--seed', `${seed}`), '--first-round', `${next ?? flags.firstRound + tally.rounds}`);
      return flags.rounds === undefined ? on : withOption(on, '--rounds', `${flags.rounds - tally.rounds}`);
    });
  }
  if (failed !== undefined) throw failed.error;
  if (tally.collections === 0) throw new Unproven(`no collection was verified in ${tally.rounds >= extent.rounds ? `${plural(tally.rounds, 'round')}; run more with --rounds` : `${extent.seconds} s; give it longer with --seconds`}`);
}

/** Returns `rounds for 30 s`, `5 rounds`, or `5 rounds within 30 s`. */
function tellExtent({ seconds, rounds }: Extent): string {
  if (rounds === Infinity) return `rounds for ${seconds} s`;
  return `${plural(rounds, 'round')}${seconds === Infinity ? '' : ` within ${seconds} s`}`;
}

/** Returns the summary of rounds none of which failed. */
function conclusion(tally: Tally): string {
  const ends = [
    ...(tally.cut > 0 ? [`${formatCount(tally.cut)} cut short by the clock`] : []),
    ...(tally.full > 0 ? [`${formatCount(tally.full)} filled the arena with GOGC off`] : []),
  ];
  const verdict = tally.collections === 0 ? 'nothing was checked' : 'nothing wrong';
  return `${describe(tally)}, ${verdict}${ends.length > 0 ? ` (${ends.join(', ')})` : ''}`;
}

function defaultProcs(cores: number): number {
  return Math.min(MAX_PROCS, Math.max(4, cores));
}

async function candidates(deps: Deps): Promise<Choices['workloads']> {
  const workloads = (await deps.listWorkloads()).filter(({ name }) => !UNFIT.has(name));
  if (workloads.length === 0) throw new UsageError('there is no built-in workload to stress; name one');
  return workloads.map((workload) => ({ spec: workload.name, workload }));
}

interface Rounds {
  readonly tally: Tally;
  readonly failed?: FailedRound;
  /** Of the last round that ended, if it was recorded. */
  readonly timeline?: Timeline;
  /** The last round, if rounds are recorded: the failed one, if one has failed. */
  readonly recorded?: RecordedRound;
  /** The first round that has not ended; undefined if it follows from the number of rounds. */
  readonly next?: number;
}

/** @throws UsageError for flags and workloads that other machines can't run */
async function checkSpread(deps: Deps, spec: string | undefined, { trace, record }: StressFlags): Promise<void> {
  if (spec !== undefined && !(await deps.listWorkloads()).some(({ name }) => name === spec)) throw new UsageError(`${printable(spec)} is a workload of your own, and workers run only built-in ones; leave --queue out`);
  const flag = trace !== undefined ? '--trace' : record === true ? '--record' : undefined;
  if (flag !== undefined) throw new UsageError(`${flag} records rounds of this process, and with --queue other processes run them; leave one of the two out`);
}

/** Runs rounds on the workers of a queue. */
async function runElsewhere(deps: Deps, choices: Choices, { queue: spec, seed, seconds, rounds, firstRound }: StressFlags & Extent & { readonly queue: string }): Promise<Rounds> {
  const [{ leadQueue }, { spreadRounds }, { describeWorkers }] = await Promise.all([import('../led-queue.ts'), import('../queue-stress.ts'), import('../describe-workers.ts')]);
  const queue = await leadQueue(deps, spec);
  const progress = new Progress(deps.terminal);
  try {
    return await spreadRounds(deps, queue, {
      choices, seed, firstRound, seconds, rounds,
      onRound: (tally, workers) => progress.show(`${describe(tally)}, ${describeWorkers(workers)}`),
      say: (text) => progress.log(printable(text, 400)),
    });
  } finally {
    progress.clear();
    await queue.close();
  }
}

/** Runs rounds until there were enough, the time is up, or one fails or is interrupted. */
async function runRounds(deps: Deps, choices: Choices, flags: StressFlags & Extent): Promise<Rounds> {
  const { seed, seconds, rounds, firstRound } = flags;
  let last: { readonly events: RecordedEvents; readonly name: string } | undefined;
  const timeline = () => last && timelineOf(last.events, { name: last.name });
  const progress = new Progress(deps.terminal);
  const tally: Tally = { rounds: 0, cut: 0, full: 0, collections: 0 };
  const end = deps.now() + seconds * 1000;
  let recorded: RecordedRound | undefined;
  while (tally.rounds < rounds && deps.now() < end) {
    const number = firstRound + tally.rounds;
    const round = drawRound(seed, number, choices);
    const left = Math.min(end - deps.now(), MAX_ROUND_SECONDS * 1000);
    const heapRecorder = await recorderFor(flags);
    recorded = heapRecorder && { round: number, workload: round.workload, recorder: heapRecorder };
    try {
      const before = describe(tally);
      const { ending, events } = await runRound(deps, round, {
        ms: left,
        heapRecorder,
        recordEvents: recordsEvents(flags),
        onCycle: () => tally.collections++,
        onTick: () => progress.show(`${before}; ${round.workload} with GOGC ${round.gogc} on ${plural(round.procs, 'P')}`),
      });
      tally.rounds++;
      if (ending === 'cut') tally.cut++;
      if (ending === 'full') tally.full++;
      if (events !== undefined) last = { events, name: `round ${number}, ${printable(round.workload)}` };
    } catch (error) {
      progress.clear();
      return { tally, timeline: timeline(), failed: { round: number, repeat: commandOf(round), error }, recorded };
    }
    progress.show(describe(tally));
  }
  progress.clear();
  return { tally, timeline: timeline(), recorded };
}

function describe({ rounds, collections }: Tally): string {
  return `${plural(rounds, 'round')}, ${plural(collections, 'verified collection')}`;
}
