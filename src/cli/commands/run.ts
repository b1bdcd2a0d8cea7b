/** `sweepgen run`: one machine, one workload. */
import type { Command } from 'commander';
import { OutputError } from '../../base/fatal.ts';
import { printable } from '../../base/printable.ts';
import { collectorNamed, type CollectorName } from '../../gc/collectors/registry.ts';
import type { Cycle } from '../../gc/cycle-log.ts';
import type { Scavenge } from '../../malloc/scavenge-log.ts';
import { formatGctrace, formatGogctrace2011, formatScavenge, type GoVersion } from '../../report/gctrace.ts';
import { formatHeapFacts } from '../../report/heap-facts.ts';
import type { Hole } from '../../malloc/sys.ts';
import { formatCollectStats } from '../../report/collect-stats.ts';
import { memorydump } from '../../inspect/memorydump.ts';
import { formatSummary } from '../../report/summary.ts';
import { formatBytes, formatCount, plural } from '../../base/units.ts';
import type { Progress as Tick } from '../../run/api.ts';
import type { MachineTuning, Policy } from '../../run/tuning.ts';
import type { Deps } from '../deps.ts';
import { findWorkload } from '../find-workload.ts';
import { HEAP_FILE_HELP, readHeap } from '../heaps.ts';
import { examples, workloadList } from '../help.ts';
import { runMachine } from '../machine.ts';
import { deliverProfile, isStdoutTaken, profileRate } from '../mem-profile.ts';
import { ARENA_MOST_HELP, COLLECTOR_HELP, MAX_PROCS, POLICY_HELP, collectSetting, paramsFor, parseArena, parseCollector, parseGoarch, parseGodebug, parseGcEvery, parseGctrace, parseGctraceForm, parseGogc, parseHoles, parseMemProfileRate, parsePolicy, parseProcs, parseSeconds, parseSeed, parseTimeScale, parseTypes, readgogc, type DebugFlag, type Goarch, type Setting, type Types } from '../options.ts';
import { printLines } from '../print-lines.ts';
import { Progress } from '../progress.ts';
import { addLab, tuningOf } from '../tuning.ts';

interface RunFlags extends MachineTuning {
  readonly heap?: string;
  readonly heapdump?: string;
  readonly procs?: number;
  readonly gogc?: number | 'off';
  readonly arena?: number;
  readonly arenaHoles?: readonly Hole[];
  readonly policy?: Policy;
  readonly goarch: Goarch;
  readonly types: Types;
  readonly collector: CollectorName;
  readonly godebug?: readonly DebugFlag[];
  readonly gcEvery: number;
  readonly hangSeconds?: number;
  readonly memprofile?: string;
  readonly memprofileText?: string | true;
  readonly memprofileRate?: number;
  readonly seed: number;
  readonly verify?: boolean;
  readonly gctrace?: true | 1 | 2;
  readonly gctraceForm: GoVersion;
  readonly timeScale?: number;
  readonly memorydump?: string;
  readonly json?: boolean;
  readonly set?: readonly Setting[];
}

const DEFAULT_WORKLOAD = 'churn';
/** With a heap that was loaded. */
const HEAP_WORKLOAD = 'collect';

export function addRun(program: Command, deps: Deps): void {
  const command = program
    .command('run')
    .summary('run a workload on the allocator and the collector')
    .description('Runs a workload on real threads, prints what it did, and with --gctrace a line for each collection.')
    .argument('[workload]', `a name from the list below, or the path of a module of yours (default: ${DEFAULT_WORKLOAD}; with --heap: ${HEAP_WORKLOAD})`)
    .option('--heap <file>', `load this heap first: ${HEAP_FILE_HELP}`)
    .option('--heapdump <file>', 'dump the heap at the end, as Go 1.4 does; in gzip if the name ends with .gz')
    .option('--procs <n>', 'Ps, each on a thread of its own, 1 to 64 (default: one for each core)', parseProcs)
    .option('--gogc <percent>', "growth of the heap that starts a collection, or 'off' (default: the environment's GOGC, or 100)", parseGogc)
    .option('--arena <size>', `size of the arena, as 64M, 2G or 512K; ${ARENA_MOST_HELP} (default: what the workload asks for)`, parseArena)
    .option('--policy <name>', POLICY_HELP, parsePolicy)
    .option('--goarch <name>', 'the machine: amd64, or 386 with pointers of 32 bits', parseGoarch, 'amd64')
    .option('--arena-holes <list>', "with --goarch 386: what of the arena's range others hold, as 16M+1M,40M+512K", parseHoles)
    .option('--types <where>', 'where the collector learns which words are pointers: none (any word may be one), mtypes of spans, or heapbits', parseTypes, 'none')
    .option('--collector <name>', `which collector runs; ${COLLECTOR_HELP}`, parseCollector, 'parallel')
    .option('--godebug <flags>', 'what GODEBUG switched on: allocfreetrace, efence, collectstats, checkptr; joined by commas', parseGodebug)
    .option('--gc-every <n>', 'also collect by chance, about every n steps of the workload; 0: only as --gogc says', parseGcEvery, 0)
    .option('--hang-seconds <n>', 'give up after so long without any progress (default: 20)', parseSeconds)
    .option('--seed <n>', 'seed of everything random', parseSeed, 1)
    .option('--set <name=value>', 'set a number of the workload; may be repeated', collectSetting)
    .option('--verify', 'check the whole heap with the oracle at each collection')
    .option('--gctrace [level]', 'print a line for each collection on stderr, as Go does (with an older collector, Go of its time); 2: collect twice each time', parseGctrace)
    .option('--gctrace-form <version>', "the line's form: Go 1.3's or 1.4's", parseGctraceForm, '1.3')
    .option('--time-scale <x>', "seconds of the machine's clock in a real one: it collects after 2 minutes without, and gives memory back after 5 (default: 1)", parseTimeScale)
    .option('--memorydump <file>', "write all of the heap's memory to a file at the end; for - to stdout, and the report to stderr")
    .option('--memprofile <file>', 'write a memory profile for go tool pprof, of the last collection')
    .option('--memprofile-text [file]', "write the memory profile in Go's text form; without a file, or with -, to stdout, and the report to stderr")
    .option('--memprofile-rate <bytes>', 'sample a block about every so many bytes; 1: every block (default: 512K)', parseMemProfileRate)
    .option('--json', 'print one JSON document')
    .addHelpText('after', (context) => workloadList(deps.listWorkloads())(context))
    .addHelpText('after', examples([
      ['sweepgen run', 'the default workload on all cores'],
      ['sweepgen run tree --procs 2 --gctrace', "Go's trace of a graph's collections"],
      ['sweepgen run churn --gogc 10 --verify', 'many collections, each checked'],
      ['sweepgen run sites --memprofile heap.pb.gz', 'which call paths the heap is from'],
      ['sweepgen run ./my-workload.mjs --json', 'a workload of your own'],
      ['sweepgen run --heap app.heapdump.gz', 'the heap of a Go program, collected'],
      ['sweepgen run cache --heapdump out.gz', "a dump for Go's tools, and for --heap"],
    ]))
    .action((spec: string | undefined, flags: RunFlags) => run(deps, spec, flags));
  addLab(command);
}

async function run(deps: Deps, name: string | undefined, flags: RunFlags): Promise<void> {
  const { terminal } = deps;
  const spec = name ?? (flags.heap === undefined ? DEFAULT_WORKLOAD : HEAP_WORKLOAD);
  const workload = await findWorkload(deps, spec, flags.hangSeconds);
  const params = paramsFor(workload, flags.set ?? []);
  const setting = { workload: workload.name, procs: flags.procs ?? Math.min(MAX_PROCS, deps.cores), gogc: flags.gogc ?? readgogc(deps.env), seed: flags.seed };
  const memprofileRate = profileRate(deps, flags);
  for (const path of [flags.heapdump, flags.memorydump]) if (path !== undefined && path !== '-') deps.checkWritable(path);
  const progress = new Progress(terminal);
  // A file that can't be written must not cost the report of a long run.
  let lost: OutputError | undefined;
  function keep(error: unknown): void {
    if (!(error instanceof OutputError)) throw error;
    lost ??= error;
  }
  const heap = flags.heap === undefined ? undefined : await readHeap(deps, flags.heap, progress).finally(() => progress.clear());
  const result = await runMachine(deps, {
    ...setting,
    workload: spec,
    params,
    heap,
    takesHeap: true,
    heapdump: flags.heapdump,
    arena: flags.arena,
    policy: flags.policy,
    tuning: tuningOf(flags),
    goarch: flags.goarch,
    osHoles: flags.arenaHoles,
    types: flags.types,
    collector: flags.collector,
    debug: flags.godebug,
    memprofileRate,
    gcEvery: flags.gcEvery,
    gctrace: flags.gctrace === 2 ? 2 : undefined,
    timeScale: flags.timeScale,
    hangSeconds: flags.hangSeconds,
    verify: flags.verify ?? false,
    onCycle: flags.gctrace ? (cycle: Cycle) => progress.log([traceLine(cycle, flags), ...formatCollectStats(cycle)].join('\n')) : undefined,
    onScavenge: flags.gctrace ? (scavenge: Scavenge) => { for (const line of formatScavenge(scavenge, flags.gctraceForm)) progress.log(line); } : undefined,
    onTrace: (line) => progress.log(line),
    onTick: (tick) => progress.show(describeTick(workload.name, tick)),
  }, async (m) => {
    progress.clear();
    if (flags.memorydump !== undefined) await deps.writeText(flags.memorydump, memorydump(m)).catch(keep);
  }).finally(() => progress.clear());
  await deliverProfile(deps, flags, result).catch(keep);
  if (flags.json) {
    const { runDocument } = await import('../../report/json.ts');
    terminal.out(`${runDocument({ ...setting, params }, result, heap)}\n`);
    if (lost !== undefined) throw lost;
    return;
  }
  const [report, width] = isStdoutTaken(flags) ? [terminal.err, terminal.errWidth] : [terminal.out, terminal.outWidth];
  if (heap !== undefined) {
    const facts = formatHeapFacts(heap, width).map((line) => `  ${line}`);
    printLines(report, [`${printable(heap.name)}: ${plural(heap.objects, 'object')}, ${formatBytes(heap.bytes)}`, ...facts]);
  }
  printLines(report, [...result.lines, ...formatSummary(setting, result, width)]);
  if (lost !== undefined) throw lost;
}

/** "starting 64 threads: 12 up", then "churn: 3 collections, 5.00 MB live". */
function describeTick(name: string, { cycles, heapAlloc, threads, threadsUp }: Tick): string {
  if (threadsUp < threads) return `starting ${plural(threads, 'thread')}: ${formatCount(threadsUp)} up`;
  return `${name}: ${plural(cycles, 'collection')}, ${formatBytes(heapAlloc)} live`;
}

/** Each collector is traced in the form of its time. */
function traceLine(cycle: Cycle, { collector, gctraceForm }: RunFlags): string {
  const { gctrace, tracesLookups = false } = collectorNamed(collector);
  return gctrace === 'go1.3' ? formatGctrace(cycle, gctraceForm) : formatGogctrace2011(cycle, tracesLookups);
}
