/** `sweepgen explore`: the same source as coroutines, under interleavings drawn from a seed. */
import type { Command } from 'commander';
import { EXIT, UsageError } from '../../base/fatal.ts';
import { DISTANCES, runCampaign, type CampaignFailure, type CampaignResult } from '../../drivers/explore/campaign.ts';
import { explainFailure, repeatCommand } from '../../drivers/explore/failure.ts';
import { GENERATED, loadCore, type Core } from '../../drivers/explore/load.ts';
import { MUTANTS } from '../../drivers/explore/mutants/catalog.ts';
import type { KnownBug } from '../../drivers/explore/mutants/known-bug.ts';
import { CANARIES, SCENARIOS } from '../../drivers/explore/scenarios/catalog.ts';
import { knobsOf, settingOf, type Scenario } from '../../drivers/explore/scenarios/scenario.ts';
import { Stopped } from '../../drivers/errors.ts';
import { formatCount, plural } from '../../report/units.ts';
import { Verifier } from '../../verify/verifier.ts';
import type { Deps } from '../deps.ts';
import { examples } from '../help.ts';
import { integer, parseSeconds, parseSeed } from '../options.ts';
import { Progress } from '../progress.ts';
import { hint, inWords } from '../suggest.ts';

interface ExploreFlags {
  readonly executions?: number;
  readonly seconds?: number;
  readonly seed?: number;
  readonly distance?: number;
  readonly procs?: number;
  readonly mutant?: string;
  readonly json?: boolean;
  readonly list?: boolean;
}

const SECONDS = 10;

export function addExplore(program: Command, deps: Deps): void {
  program
    .command('explore')
    .summary('run one scenario under thousands of interleavings, with the oracle looking on')
    .description('Runs the same source as coroutines that are switched between accesses to the shared memory, as a seed decides: the same seed gives the same execution. The first failure ends it and comes with the command that repeats it. A mutant is a bug planted in the source, to see it found.')
    .argument('[scenario]', `what to run (default: ${SCENARIOS[0].name}, or the one that finds the mutant)`)
    .option('--executions <n>', 'how many executions (default: as many as the time allows)', integer('--executions', 1, 1_000_000_000))
    .option('--seconds <time>', `how long, as 30, 5m or 1h (default: ${SECONDS}, unless --executions is given)`, parseSeconds)
    .option('--seed <n>', 'seed of the first execution; each next has the next (default: a fresh one)', parseSeed)
    .option('--distance <n>', `mean accesses between switches (default: ${inWords(DISTANCES.map(String))} in turn)`, integer('--distance', 1, 1_000_000))
    .option('--procs <n>', 'Ps of the machine (default: what the scenario is made for)', integer('--procs', 1, 64))
    .option('--mutant <name>', 'plant this bug')
    .option('--list', 'show the scenarios and mutants, and run nothing')
    .option('--json', 'print one JSON document')
    .addHelpText('after', examples([
      ['sweepgen explore', 'ten seconds of whole cycles'],
      ['sweepgen explore --mutant mark-load-or-store', 'plant a bug, and see it found'],
      ['sweepgen explore mark-bits --executions 5000 --seed 7', 'the same executions each time'],
      ['sweepgen explore --list', 'what there is'],
    ]))
    .action((name: string | undefined, flags: ExploreFlags) => explore(deps, name, flags));
}

async function explore(deps: Deps, name: string | undefined, flags: ExploreFlags): Promise<void> {
  const { terminal } = deps;
  if (flags.list) {
    terminal.out(list());
    return;
  }
  const mutant = flags.mutant === undefined ? undefined : named(MUTANTS, flags.mutant, 'mutant');
  const scenario = named([...SCENARIOS, ...CANARIES], name ?? mutant?.scenarios[0] ?? SCENARIOS[0].name, 'scenario');
  const setting = settingOf(scenario, { procs: procsFor(scenario, flags.procs) });
  const { knobs } = setting;
  const seed = flags.seed ?? deps.freshSeed();
  const distances = flags.distance === undefined ? DISTANCES : [flags.distance];
  const core = await load(mutant);
  if (!flags.json) {
    terminal.out(`seed ${seed}: ${scenario.name} on ${plural(knobs.procs, 'P')}${mutant === undefined ? '' : `, with ${mutant.name} planted`}\n`);
  }
  const progress = new Progress(terminal);
  const result = await runCampaign({
    core,
    scenario,
    setting,
    makeOracle: (m) => new Verifier(m),
    seed,
    distances,
    executions: flags.executions,
    seconds: flags.seconds ?? (flags.executions === undefined ? SECONDS : undefined),
    now: deps.now,
    onProgress: (soFar) => progress.show(`${scenario.name}: ${describe(soFar)}`),
    signal: deps.signal,
  }).finally(() => progress.clear());
  const repeat = result.failure === undefined ? '' : repeatCommand({ scenario, knobs, mutant: mutant?.name, ...result.failure });
  if (flags.json) {
    const { exploreDocument } = await import('../explore-document.ts');
    const described = { scenario: scenario.name, procs: knobs.procs, mutant: mutant?.name ?? null, seed, distances };
    terminal.out(`${exploreDocument(described, result, repeat)}\n`);
  } else {
    terminal.out(`${describe(result)}${result.failure === undefined ? ', nothing wrong' : ''}\n`);
    if (result.failure !== undefined) terminal.out(`repeat the one that failed with: ${repeat}\n`);
  }
  if (result.failure !== undefined) throw new ExecutionFailed(result.failure);
  if (deps.signal.aborted) throw new Stopped();
}

/** Its lines say what broke. */
class ExecutionFailed extends Error {
  readonly exitCode = EXIT.invariant;

  constructor(failure: CampaignFailure) {
    super(explainFailure(failure).join('\n'));
    this.name = 'ExecutionFailed';
  }
}

function named<Item extends { readonly name: string }>(items: readonly Item[], name: string, what: string): Item {
  const found = items.find((item) => item.name === name);
  if (found === undefined) throw new UsageError(`there is no ${what} '${name}'${hint(name, items.map((item) => item.name))}`);
  return found;
}

function procsFor(scenario: Scenario, wanted = knobsOf(scenario).procs): number {
  const procs = scenario.knobs.find(({ name }) => name === 'procs')!.values;
  if (procs.includes(wanted)) return wanted;
  const able = [...procs].sort((a, b) => a - b).map(String);
  throw new UsageError(`scenario ${scenario.name} runs on ${able.join(', ').replace(/, (?=\d+$)/, ' or ')} Ps, not ${wanted}`);
}

async function load(mutant: KnownBug | undefined): Promise<Core> {
  try {
    return (await loadCore(false, mutant)).core;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new UsageError(`the exploration build is not there (${GENERATED}); npm run build makes it`);
  }
}

function describe({ executions, steps, distinct, seconds }: CampaignResult): string {
  const rate = seconds >= 0.1 ? ` (${formatCount(executions / seconds)} a second)` : '';
  return `${plural(executions, 'execution')}${rate}, ${plural(distinct, 'distinct interleaving')}, ${plural(steps, 'access', 'accesses')}`;
}

function list(): string {
  const scenarios = SCENARIOS.map(({ name, summary }) => `  ${name}\n      ${summary}\n`);
  const canaries = CANARIES.map(({ name, summary }) => `  ${name}\n      ${summary}\n`);
  const mutants = MUTANTS.map(({ name, history, breaks }) => `  ${name} (${history})\n      ${breaks}\n`);
  return ['Scenarios:\n', ...scenarios, '\nCanaries, which fail:\n', ...canaries, '\nMutants:\n', ...mutants].join('');
}
