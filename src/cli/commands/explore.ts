/** `sweepgen explore`: runs one scenario as coroutines, under interleavings drawn from a seed. */
import { join } from 'node:path';
import { Option, type Command } from 'commander';
import { UsageError } from '../../base/fatal.ts';
import { printable } from '../../base/printable.ts';
import { fuzz } from '../../explore/campaigns/fuzz.ts';
import { shrunkOf } from '../../explore/campaigns/run-slice.ts';
import { fileNameOf } from '../../explore/failures/file-name.ts';
import { History } from '../../explore/campaigns/history.ts';
import { Plan } from '../../explore/campaigns/plan.ts';
import type { Failure, Station } from '../../explore/campaigns/slice.ts';
import { localPool } from '../../explore/campaigns/local-pool.ts';
import { possibleByScenario } from '../../explore/possible-edges.ts';
import { SEEDS } from '../../explore/session.ts';
import { Tally } from '../../explore/campaigns/tally.ts';
import { MONITOR_NAMES, RACES } from '../../explore/monitors/catalog.ts';
import { MUTANTS } from '../../mutants/catalog.ts';
import { CANARIES, SCENARIOS } from '../../explore/scenarios/catalog.ts';
import { knobsOf, sizeOf } from '../../explore/scenarios/scenario.ts';
import { DEFAULT_STRATEGY, STRATEGIES, makeStrategy } from '../../explore/strategies/catalog.ts';
import { MEMORIES, type Memory } from '../../explore/weak/memory.ts';
import { campaignOf } from '../../report/campaign.ts';
import { formatCount } from '../../base/units.ts';
import { executedTimeline } from '../../report/executed-timeline.ts';
import type { Player } from '../../report/player.ts';
import { withOption } from '../command-line.ts';
import type { Deps } from '../deps.ts';
import { FailuresFound, checkBuild, checkProven, chooseMonitors, chooseMutant, chooseScenarios, fixKnobs } from '../explore-choices.ts';
import { describeFailure, describeTotals, nothingWrong } from '../fuzz-report.ts';
import { examples } from '../help.ts';
import { addReport, checkReport, isRecording, wantsDocument, writeReport, type ReportFlags } from '../html-report.ts';
import { Interrupted } from '../interruption.ts';
import { investigateFailure } from '../investigate.ts';
import { collectSetting, integer, parseSeconds, parseSeed, type Setting } from '../options.ts';
import { Progress } from '../progress.ts';
import { addTrace, checkTrace, writeTrace, type TraceFlags } from '../trace-flag.ts';

interface ExploreFlags extends ReportFlags, TraceFlags {
  readonly executions?: number;
  readonly seconds?: number;
  readonly seed?: number;
  readonly strategy?: string;
  readonly memory?: Memory;
  readonly procs?: number;
  readonly set?: readonly Setting[];
  readonly mutant?: string;
  readonly races?: boolean;
  readonly monitors?: string;
  readonly shrink: boolean;
  readonly save?: string;
  readonly list?: boolean;
}

const SECONDS = 10;

export function declare(command: Command, deps: Deps): void {
  command
    .description('Runs the same source as coroutines, and switches between them at accesses to the shared memory, as a seed decides: the same seed gives the same execution. Stops at the first failure, shrinks it, and prints the commands that repeat it. A mutant is a bug planted in the source, which the search should find: if it does not, the exit code is 5. fuzz does the same with all scenarios on all cores.')
    .argument('[scenario]', `scenario to run (default: ${SCENARIOS[0].name}, or the scenario that finds the mutant)`)
    .option('--executions <n>', 'number of executions (default: as many as the time allows)', integer('--executions', 1, 1_000_000_000))
    .option('--seconds <time>', `duration of the search, as 30, 5m or 1h (default: ${SECONDS}, unless --executions is given)`, parseSeconds)
    .option('--seed <n>', 'seed of the first execution, which the next ones count up (default: a fresh one)', parseSeed)
    .option('--strategy <name>', `strategy that chooses the thread to run next; --list shows them (default: ${DEFAULT_STRATEGY})`)
    .addOption(new Option('--memory <model>', 'memory model: sc, every load returns the newest value; tso, plain stores may be late, as on x86; js, what ECMAScript promises (default: sc, or the model that finds the mutant)').choices(MEMORIES))
    .option('--procs <n>', 'number of Ps of the machine (default: by the scenario)', integer('--procs', 1, 64))
    .option('--set <knob=value>', 'set a knob of the scenario; may be repeated', collectSetting)
    .option('--mutant <name>', 'plant this bug')
    .option('--races', 'watch with the race detector; in ordinary code, it finds the data races of ECMAScript')
    .option('--monitors <names>', "monitors that watch: names joined by commas, or 'all' (default: none)")
    .option('--no-shrink', 'do not shrink a failure')
    .option('--save <folder>', 'write a failure to this folder, as a file for sweepgen replay')
    .option('--list', 'show the scenarios, strategies, monitors and mutants, and run nothing')
    .option('--json', 'print one JSON document');
  addReport(command);
  addTrace(command, 'the shrunk failure, or the last execution if none failed');
  command
    .addHelpText('after', examples([
      ['sweepgen explore', 'ten seconds of whole cycles'],
      ['sweepgen explore --mutant mark-load-or-store', 'plant a bug, and find it'],
      ['sweepgen explore mark-bits --executions 5000 --seed 7', 'the same executions each time'],
      ['sweepgen explore --mutant mark-load-or-store --trace lost.pftrace', 'the failure as a timeline, for ui.perfetto.dev'],
      ['sweepgen explore mark-bits --executions 1 --seed 7 --html f.html', 'play that execution step by step, whether it fails or not'],
      ['sweepgen explore docs/examples/own-code/mutex.scenario.ts', 'ordinary code: see "Explore your own code" in docs'],
      ['sweepgen explore docs/examples/own-code/once.scenario.ts --races', 'and look for data races in it'],
      ['sweepgen explore --list', 'the names for other flags'],
    ]))
    .action((name: string | undefined, flags: ExploreFlags) => explore(deps, name, flags));
}

async function explore(deps: Deps, name: string | undefined, flags: ExploreFlags): Promise<void> {
  const { terminal } = deps;
  if (flags.list) {
    if (flags.json) {
      const { catalogDocument } = await import('../catalog-document.ts');
      terminal.out(`${catalogDocument()}\n`);
    } else terminal.out(list());
    return;
  }
  if (flags.save !== undefined) deps.checkWritableFolder(flags.save);
  checkReport(deps, flags);
  checkTrace(deps, flags);
  const mutant = chooseMutant(flags.mutant);
  const [scenario] = await chooseScenarios(name === undefined ? [] : [name], mutant);
  const sets: readonly Setting[] = [...(flags.set ?? []), ...(flags.procs === undefined ? [] : [['procs', flags.procs] as const])];
  const knobs = knobsOf(scenario, fixKnobs([scenario], sets));
  const seed = flags.seed ?? deps.freshSeed();
  const { name: strategy } = makeStrategy(flags.strategy ?? DEFAULT_STRATEGY);
  const watch = chooseMonitors(flags, { monitors: [], always: false });
  if (watch.monitors.some((each) => each !== RACES) && scenario.runs === 'thread') throw new UsageError(`monitors other than ${RACES} watch records of the machine, and ${printable(scenario.name)} has none; leave out --monitors`);
  checkBuild();
  if (!flags.json) {
    terminal.out(`seed ${seed}: ${printable(scenario.name)} on ${sizeOf(scenario, knobs)}${mutant === undefined ? '' : `, with ${mutant.name} planted`}\n`);
  }
  const tally = new Tally([scenario.name]);
  const history = new History();
  const executions = () => tally.sum('executions');
  const chosen = flags.memory ?? mutant?.memory;
  const memory = chosen === 'sc' ? undefined : chosen;
  const station = { scenario: scenario.name, knobs, strategy, monitors: watch.monitors, mutant: mutant?.name ?? null, ...(memory !== undefined && { memory }) };
  await run(deps, flags, {
    plan: new Plan({ scenarios: [{ name: scenario.name, settings: [knobs] }], strategy, mutant: mutant?.name ?? null, memories: memory && [memory], ...watch, seed }),
    tally,
    history,
    strategy,
    station,
  });
  const found = tally.failures[0];
  const investigation = found === undefined || !flags.shrink || deps.isInterrupted() ? null : await investigateFailure(deps, found, flags.save);
  const failure = found && { ...found, shrunk: investigation && (typeof investigation === 'string' ? investigation : shrunkOf(investigation)) };
  const lastSeed = executions() === 0 ? undefined : (seed + executions() - 1) % SEEDS;
  const player = isRecording(flags) || flags.trace !== undefined ? await playerOf(failure, station, lastSeed) : undefined;
  let document: string | undefined;
  if (wantsDocument(flags)) {
    const { exploreDocument } = await import('../explore-document.ts');
    const recorded = isRecording(flags) ? { player, campaign: campaignOf(history, tally, deps.isInterrupted() ? new Map() : await possibleByScenario([scenario.name], knobs)) } : {};
    document = exploreDocument({ ...station, seed }, tally, failure, recorded);
  }
  if (flags.json) terminal.out(`${document}\n`);
  else {
    const [{ covered, seconds }] = tally.scenarios;
    terminal.out(`${describeTotals(tally, seconds)}${covered === '' ? '' : `; ${covered}`}${failure === undefined ? nothingWrong(executions(), mutant) : ''}\n`);
    if (failure !== undefined) terminal.out(`${describeFailure(failure, false, terminal).join('\n')}\n`);
    if (flags.save !== undefined && investigation !== null && typeof investigation !== 'string') terminal.out(`written to ${printable(join(flags.save, fileNameOf(investigation.artefact)), 1000)}\n`);
  }
  if (player !== undefined) writeTrace(deps, flags, [executedTimeline(player)]);
  await writeReport(deps, flags, `explore ${printable(scenario.name)}${mutant === undefined ? '' : ` --mutant ${mutant.name}`}`, document);
  if (failure !== undefined) throw new FailuresFound([failure]);
  if (deps.signal.aborted) throw new Interrupted((args) => withOption(args, '--seed', `${(seed + executions()) % SEEDS}`));
  checkProven(executions(), mutant);
}

/** Returns the player of the failure; without one, of the last execution, if there was one. */
async function playerOf(failure: Failure | undefined, station: Station, lastSeed: number | undefined): Promise<Player | undefined> {
  const { playerOfFailure, playerOfSeed } = await import('../player.ts');
  if (failure !== undefined) return playerOfFailure(failure);
  return lastSeed === undefined ? undefined : playerOfSeed(station, lastSeed);
}

/** Explores in this thread, at one station. */
async function run(deps: Deps, flags: ExploreFlags, what: { readonly plan: Plan; readonly tally: Tally; readonly history: History; readonly strategy: string; readonly station: Station }): Promise<void> {
  const progress = new Progress(deps.terminal);
  try {
    const pool = localPool(deps.now, deps.signal);
    // The time limit is for the search alone.
    await pool.prepare(what.station);
    await fuzz({
      ...what,
      pool,
      stations: 1,
      seconds: flags.seconds ?? (flags.executions === undefined ? SECONDS : undefined),
      executions: flags.executions,
      keepGoing: false,
      shrink: false,
      now: deps.now,
      signal: deps.signal,
      onSlice: ({ scenario }, seconds) => progress.show(`${scenario}: ${describeTotals(what.tally, seconds)}`),
    });
  } finally {
    progress.clear();
  }
}

function list(): string {
  const scenarios = SCENARIOS.map(({ name, summary, knobs }) => `  ${name}${knobs.map((knob) => ` ${knob.name}=${knob.values.map(formatCount).join('|')}`).join('')}\n      ${summary}\n`);
  const canaries = CANARIES.map(({ name, summary }) => `  ${name}\n      ${summary}\n`);
  const mutants = MUTANTS.map(({ name, history, breaks }) => `  ${name} (${history})\n      ${breaks}\n`);
  const strategies = STRATEGIES.map(({ spec, summary }) => `  ${spec}\n      ${summary}\n`);
  const monitors = MONITOR_NAMES.length === 0 ? [] : ['\nMonitors:\n', ...MONITOR_NAMES.map((each) => `  ${each}\n`)];
  return ['Scenarios:\n', ...scenarios, '\nCanaries, which fail:\n', ...canaries, '\nStrategies:\n', ...strategies, ...monitors, '\nMutants:\n', ...mutants].join('');
}
