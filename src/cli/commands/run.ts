/** `sweepgen run`: one machine, one workload. */
import type { Command } from 'commander';
import type { Cycle } from '../../gc/cycle-log.ts';
import { formatCollectStats } from '../../report/collect-stats.ts';
import { formatGctrace, type GoVersion } from '../../report/gctrace.ts';
import { memorydump } from '../../report/memorydump.ts';
import { formatSummary } from '../../report/summary.ts';
import { formatBytes, plural } from '../../report/units.ts';
import type { Deps } from '../deps.ts';
import { findWorkload } from '../find-workload.ts';
import { examples, workloadList } from '../help.ts';
import { runMachine } from '../machine.ts';
import { MAX_PROCS, collectSetting, paramsFor, parseArena, parseCollector, parseGodebug, parseGcEvery, parseGctrace, parseGctraceForm, parseGogc, parsePolicy, parseProcs, parseSeconds, parseSeed, parseTimeScale, parseTypes, readgogc, type Collector, type DebugFlag, type Policy, type Setting, type Types } from '../options.ts';
import { Progress } from '../progress.ts';

interface RunFlags {
  readonly procs?: number;
  readonly gogc?: number | 'off';
  readonly arena?: number;
  readonly policy: Policy;
  readonly types: Types;
  readonly collector: Collector;
  readonly godebug?: readonly DebugFlag[];
  readonly gcEvery: number;
  readonly hangSeconds?: number;
  readonly seed: number;
  readonly verify?: boolean;
  readonly gctrace?: true | 1 | 2;
  readonly gctraceForm: GoVersion;
  readonly timeScale?: number;
  readonly memorydump?: string;
  readonly json?: boolean;
  readonly set?: readonly Setting[];
}

export const DEFAULT_WORKLOAD = 'churn';

export function addRun(program: Command, deps: Deps): void {
  program
    .command('run')
    .summary('run a workload on the allocator and the collector')
    .description('Runs a workload on real threads, prints what it did, and with --gctrace a line for each collection.')
    .argument('[workload]', 'a name from the list below, or the path of a module of yours', DEFAULT_WORKLOAD)
    .option('--procs <n>', `Ps, each on a thread of its own, 1 to 64 (default: the ${plural(deps.cores, 'core')} here)`, parseProcs)
    .option('--gogc <percent>', "growth of the heap that starts a collection, or 'off' (default: the environment's GOGC, or 100)", parseGogc)
    .option('--arena <size>', 'size of the arena, as 64M, 2G or 512K (default: what the workload asks for)', parseArena)
    .option('--policy <name>', "how to mark: as go1.3 did, or tuned for speed", parsePolicy, 'go1.3')
    .option('--types <where>', 'where the collector learns which words are pointers: none (any word may be one), mtypes of spans, or heapbits', parseTypes, 'none')
    .option('--collector <name>', "parallel, or one of Go's older ones: bitmap (2011), refword (2010)", parseCollector, 'parallel')
    .option('--godebug <flags>', 'what GODEBUG switched on: allocfreetrace, efence, collectstats, checkptr; joined by commas', parseGodebug)
    .option('--gc-every <n>', 'also collect by chance, about every n steps of the workload; 0: only as --gogc says', parseGcEvery, 0)
    .option('--hang-seconds <n>', 'give up after so long without any progress (default: 20)', parseSeconds)
    .option('--seed <n>', 'seed of everything random', parseSeed, 1)
    .option('--set <name=value>', 'set a number of the workload; may be repeated', collectSetting)
    .option('--verify', 'check the whole heap with the oracle at each collection')
    .option('--gctrace [level]', 'print a line for each collection on stderr, as Go does; 2: collect twice each time', parseGctrace)
    .option('--gctrace-form <version>', "the line's form: Go 1.3's or 1.4's", parseGctraceForm, '1.3')
    .option('--time-scale <x>', "seconds of the machine's clock in a real one: it collects after 2 minutes without, and gives memory back after 5 (default: 1)", parseTimeScale)
    .option('--memorydump <file>', "write all of the heap's memory to a file at the end, or to stdout for -")
    .option('--json', 'print one JSON document')
    .addHelpText('after', () => workloadList(deps.listWorkloads()))
    .addHelpText('after', examples([
      ['sweepgen run', 'the default workload on all cores'],
      ['sweepgen run tree --procs 2 --gctrace', "Go's trace of a graph's collections"],
      ['sweepgen run churn --gogc 10 --verify', 'many collections, each checked'],
      ['sweepgen run ./my-workload.mjs --json', 'a workload of your own'],
    ]))
    .action((spec: string, flags: RunFlags) => run(deps, spec, flags));
}

async function run(deps: Deps, spec: string, flags: RunFlags): Promise<void> {
  const { terminal } = deps;
  const workload = await findWorkload(deps, spec);
  const params = paramsFor(workload, flags.set ?? []);
  const setting = { workload: workload.name, procs: flags.procs ?? Math.min(MAX_PROCS, deps.cores), gogc: flags.gogc ?? readgogc(deps.env), seed: flags.seed };
  const progress = new Progress(terminal);
  const result = await runMachine(deps, {
    ...setting,
    workload: spec,
    params,
    arena: flags.arena,
    policy: flags.policy,
    types: flags.types,
    collector: flags.collector,
    debug: flags.godebug,
    gcEvery: flags.gcEvery,
    gctrace: flags.gctrace === 2 ? 2 : undefined,
    timeScale: flags.timeScale,
    hangSeconds: flags.hangSeconds,
    verify: flags.verify ?? false,
    onCycle: flags.gctrace ? (cycle: Cycle) => progress.log([formatGctrace(cycle, flags.gctraceForm), ...formatCollectStats(cycle)].join('\n')) : undefined,
    onTrace: (line) => progress.log(line),
    onTick: ({ cycles, heapAlloc }) =>
      progress.show(`${workload.name}: ${plural(cycles, 'collection')}, ${formatBytes(heapAlloc)} live`),
  }, async (m) => {
    progress.clear();
    if (flags.memorydump !== undefined) await deps.writeText(flags.memorydump, memorydump(m));
  }).finally(() => progress.clear());
  if (flags.json) {
    const { runDocument } = await import('../../report/json.ts');
    terminal.out(`${runDocument({ ...setting, params }, result)}\n`);
    return;
  }
  for (const line of [...result.lines, ...formatSummary(setting, result)]) terminal.out(`${line}\n`);
}
