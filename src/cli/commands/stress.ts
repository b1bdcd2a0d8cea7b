/** `sweepgen stress`: random rounds, checked by the oracle. */
import type { Command } from 'commander';
import { printable } from '../../base/printable.ts';
import { EXIT, Fatal, Unproven, UsageError } from '../../base/fatal.ts';
import type { RecordedEvents } from '../../inspect/event-log.ts';
import { timelineOf } from '../../report/timeline-of-events.ts';
import type { Timeline } from '../../report/timeline.ts';
import type { RuntimeOptions } from '../../run/api.ts';
import { Stopped } from '../../run/errors.ts';
import { formatCount, plural } from '../../base/units.ts';
import { withOption } from '../command-line.ts';
import type { Deps } from '../deps.ts';
import { findWorkload } from '../find-workload.ts';
import { examples, workloadList } from '../help.ts';
import { addReport, checkReport, wantsDocument, writeReport, type ReportFlags } from '../html-report.ts';
import { Interrupted } from '../interruption.ts';
import { recorderFor } from '../record-heap.ts';
import { runMachine } from '../machine.ts';
import { MAX_PROCS } from '../../run/machine-options.ts';
import { addMachineFlags } from '../machine-flags.ts';
import { integer, parseSeconds, parseSeed } from '../options.ts';
import { Progress } from '../progress.ts';
import { recordsEvents } from '../timelines.ts';
import { addTrace, checkTrace, writeTrace, type TraceFlags } from '../trace-flag.ts';
import { commandOf, drawRound, type Choices, type Round } from '../rounds.ts';
import type { FailedRound, RecordedRound, Tally } from '../stress-document.ts';

interface StressFlags extends ReportFlags, TraceFlags {
  readonly procs?: number;
  readonly seconds: number;
  readonly seed?: number;
  readonly firstRound: number;
}

/** Workloads that stress leaves out: sequence needs one P, and collect needs a heap from outside. */
const UNFIT = new Set(['sequence', 'collect']);
const MAX_ROUND = 1_000_000_000;
/** Time limit of a round: a round with GOGC=1 could take minutes, and the next may find more. */
const MAX_ROUND_SECONDS = 4;

export async function declare(command: Command, deps: Deps): Promise<void> {
  command
    .description('Runs random rounds, each with its own GOGC, number of Ps and sizes, drawn from the seed, and checks the whole heap at each collection. A failure is printed with the command that repeats its round. If no collection was verified, the exit code is 5.')
    .argument('[workload]', 'a workload, or the path of a module of yours (default: a random one each round)');
  addMachineFlags(command, ['procs'], { procs: { help: `most Ps of a round, 1 to ${MAX_PROCS} (default: the number of cores, but at least 4)` } });
  command
    .option('--seconds <time>', 'duration, as 30, 5m or 1h', parseSeconds, 30)
    .option('--seed <n>', 'seed of the rounds (default: a fresh one)', parseSeed)
    .option('--first-round <n>', "number of the first round, to continue a seed's rounds", integer('--first-round', 0, MAX_ROUND), 0)
    .option('--json', 'print one JSON document');
  addReport(command);
  addTrace(command, 'what each thread does at the end of the last round that ended');
  command
    .addHelpText('after', workloadList(await deps.listWorkloads()))
    .addHelpText('after', examples([
      ['sweepgen stress', 'half a minute of all workloads'],
      ['sweepgen stress churn --procs 8 --seconds 10m', 'one workload on many threads'],
      ['sweepgen stress --seed 7', 'the same rounds each time'],
    ]))
    .action((spec: string | undefined, flags: StressFlags) => stress(deps, spec, flags));
}

async function stress(deps: Deps, spec: string | undefined, flags: StressFlags): Promise<void> {
  const { terminal } = deps;
  const choices: Choices = {
    workloads: spec === undefined ? await candidates(deps) : [{ spec, workload: await findWorkload(deps, spec) }],
    maxProcs: flags.procs ?? defaultProcs(deps.cores),
  };
  checkReport(deps, flags);
  checkTrace(deps, flags);
  const seed = flags.seed ?? deps.freshSeed();
  if (!flags.json) terminal.out(`seed ${seed}: rounds for ${flags.seconds} s on up to ${plural(choices.maxProcs, 'P')}\n`);
  const { tally, failed, timeline, recorded } = await runRounds(deps, choices, { ...flags, seed });
  const isInterrupted = failed?.error instanceof Stopped;
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
  if (isInterrupted) throw new Interrupted((args) => withOption(withOption(args, '--seed', `${seed}`), '--first-round', `${flags.firstRound + tally.rounds}`));
  if (failed !== undefined) throw failed.error;
  if (tally.collections === 0) throw new Unproven(`no collection was verified in ${flags.seconds} s; give it longer with --seconds`);
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
}

/** Runs rounds until the time is up, or one fails or is interrupted. */
async function runRounds(deps: Deps, choices: Choices, flags: StressFlags & { readonly seed: number }): Promise<Rounds> {
  const { seed, seconds, firstRound } = flags;
  let last: { readonly events: RecordedEvents; readonly name: string } | undefined;
  const timeline = () => last && timelineOf(last.events, { name: last.name });
  const progress = new Progress(deps.terminal);
  const tally: Tally = { rounds: 0, cut: 0, full: 0, collections: 0 };
  const end = deps.now() + seconds * 1000;
  let recorded: RecordedRound | undefined;
  while (deps.now() < end) {
    const number = firstRound + tally.rounds;
    const round = drawRound(seed, number, choices);
    const left = Math.min(end - deps.now(), MAX_ROUND_SECONDS * 1000);
    const heapRecorder = await recorderFor(flags);
    recorded = heapRecorder && { round: number, workload: round.workload, recorder: heapRecorder };
    try {
      const events = await runRound(deps, { ...round, heapRecorder, recordEvents: recordsEvents(flags) }, left, tally, progress);
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

/** Runs a round. Returns its events, if they are recorded and it was not cut short. */
async function runRound(deps: Deps, round: Round & Pick<RuntimeOptions, 'heapRecorder' | 'recordEvents'>, ms: number, tally: Tally, progress: Progress): Promise<RecordedEvents | undefined> {
  const stop = new AbortController();
  const interrupt = () => stop.abort();
  deps.signal.addEventListener('abort', interrupt);
  // A timer may fire early, which would leave a round of no time.
  const clock = setTimeout(() => stop.abort(), Math.ceil(ms) + 1);
  const before = describe(tally);
  let events: RecordedEvents | undefined;
  try {
    ({ events } = await runMachine(deps, {
      ...round,
      verify: true,
      signal: stop.signal,
      onCycle: () => tally.collections++,
      onTick: () => progress.show(`${before}; ${round.workload} with GOGC ${round.gogc} on ${plural(round.procs, 'P')}`),
    }));
  } catch (error) {
    if (deps.signal.aborted) throw error;
    if (error instanceof Stopped) tally.cut++;
    else if (isFullWithoutCollections(error, round)) tally.full++;
    else throw error;
  } finally {
    clearTimeout(clock);
    deps.signal.removeEventListener('abort', interrupt);
  }
  tally.rounds++;
  return events;
}

/** Whether a round without collections has filled its arena. */
function isFullWithoutCollections(error: unknown, round: Round): boolean {
  return round.gogc === 'off' && error instanceof Fatal && error.exitCode === EXIT.memory;
}

function describe({ rounds, collections }: Tally): string {
  return `${plural(rounds, 'round')}, ${plural(collections, 'verified collection')}`;
}
