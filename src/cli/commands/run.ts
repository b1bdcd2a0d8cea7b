/** `sweepgen run`: one machine, one workload. */
import type { Command } from 'commander';
import { OutputError } from '../../base/fatal.ts';
import { nanotime } from '../../base/clock.ts';
import { printable } from '../../base/printable.ts';
import { stoppedWorlds } from '../../gc/stopped-worlds.ts';
import type { Scavenge } from '../../malloc/scavenge-log.ts';
import { TRACE_VERSIONS, traceLines, type TraceVersion } from '../../report/trace-lines.ts';
import { formatHeapFacts } from '../../report/heap-facts.ts';
import type { Composition } from '../../report/composition.ts';
import { timelineOf } from '../../report/timeline-of-events.ts';
import { formatSummary, type RunSetting } from '../../report/summary.ts';
import { formatBytes, formatCount, plural } from '../../base/units.ts';
import type { RunResult, Progress as Tick } from '../../run/api.ts';
import { sampleHeap } from '../../run/heap-samples.ts';
import type { MachineTuning } from '../../run/tuning.ts';
import type { HeapGraph, HeapImage } from '../../workloads/heaps/image.ts';
import type { Deps } from '../deps.ts';
import { findWorkload, paramsFor } from '../find-workload.ts';
import { HEAP_FILE_HELP, readHeap } from '../heaps.ts';
import { examples, workloadList } from '../help.ts';
import { recorderFor } from '../record-heap.ts';
import { addReport, checkReport, isRecording, wantsDocument, writeReport, type ReportFlags } from '../html-report.ts';
import { runMachine } from '../machine.ts';
import { deliverProfile, isStdoutTaken, profileRate } from '../mem-profile.ts';
import { FLAG_NAMES, MAX_PROCS } from '../../run/machine-options.ts';
import { addLab, addMachineFlags, machineOptionsOf, tuningOf } from '../machine-flags.ts';
import { collectSetting, oneOf, readgogc, type Setting } from '../options.ts';
import { printLines } from '../print-lines.ts';
import { Progress } from '../progress.ts';
import { recordsEvents } from '../timelines.ts';
import { addTrace, checkTrace, writeTrace, type TraceFlags } from '../trace-flag.ts';

interface RunFlags extends MachineTuning, ReportFlags, TraceFlags {
  readonly heap?: string;
  readonly set?: readonly Setting[];
  /** True without a level. */
  readonly gctrace?: true | 1 | 2;
  readonly gctraceForm?: TraceVersion;
  readonly memprofile?: string;
  /** True without a file. */
  readonly memprofileText?: string | true;
  readonly memprofileRate?: number;
  readonly memorydump?: string;
  readonly watch?: boolean;
}

const DEFAULT_WORKLOAD = 'churn';
/** The default with --heap. */
const HEAP_WORKLOAD = 'collect';

export async function declare(command: Command, deps: Deps): Promise<void> {
  command
    .description('Runs a workload on real threads, prints a summary, and with --gctrace a line for each collection.')
    .argument('[workload]', `a name from the list below, or the path of a module of yours (default: ${DEFAULT_WORKLOAD}; with --heap: ${HEAP_WORKLOAD})`)
    .option('--heap <file>', `load this heap first: ${HEAP_FILE_HELP}`)
    .option('--set <name=value>', 'set a number of the workload; may be repeated', collectSetting);
  addMachineFlags(command, FLAG_NAMES);
  addLab(command);
  command
    .option('--gctrace-form <version>', "form of the trace's lines: Go 1.3's or 1.4's; with --collector concurrent, Go 1.5's or 1.8's (default: 1.3 or 1.8)", oneOf<TraceVersion>('--gctrace-form', TRACE_VERSIONS))
    .option('--watch', 'draw the heap, the pauses and what each thread does in the terminal while the machine runs')
    .option('--memorydump <file>', "write the memory of the heap to a file at the end; -: to stdout, and the report to stderr")
    .option('--memprofile <file>', 'write a memory profile for go tool pprof, as of the last collection')
    .option('--memprofile-text [file]', "write the memory profile in Go's text form; without a file, or with -, to stdout, and the report to stderr")
    .option('--json', 'print one JSON document');
  addReport(command);
  addTrace(command, 'what each thread does at the end of the run');
  command
    .addHelpText('after', workloadList(await deps.listWorkloads()))
    .addHelpText('after', examples([
      ['sweepgen run', 'the default workload on all cores'],
      ['sweepgen run tree --procs 2 --gctrace', "Go's trace of a graph's collections"],
      ['sweepgen run churn --watch', 'the heap and the threads, live in the terminal'],
      ['sweepgen run churn --gogc 10 --verify', 'many collections, each checked'],
      ['sweepgen run sites --memprofile heap.pb.gz', 'the call paths that the heap is from'],
      ['sweepgen run ./my-workload.mjs --json', 'a workload of your own'],
      ['sweepgen run --heap app.heapdump.gz', 'the heap of a Go program, collected'],
      ['sweepgen run cache --heapdump out.gz', "a dump for Go's tools, and for --heap"],
    ]))
    .action((spec: string | undefined, flags: RunFlags) => run(deps, spec, flags));
}

async function run(deps: Deps, name: string | undefined, flags: RunFlags): Promise<void> {
  const { terminal } = deps;
  const spec = name ?? (flags.heap === undefined ? DEFAULT_WORKLOAD : HEAP_WORKLOAD);
  const machine = machineOptionsOf(flags, FLAG_NAMES);
  const workload = await findWorkload(deps, spec, machine.hangSeconds);
  const params = paramsFor(workload, flags.set ?? []);
  const setting = { workload: workload.name, procs: machine.procs ?? Math.min(MAX_PROCS, deps.cores), gogc: machine.gogc ?? readgogc(deps.env), seed: machine.seed ?? 1 };
  const memprofileRate = await profileRate(deps, flags);
  for (const path of [machine.heapdump, flags.memorydump]) if (path !== undefined && path !== '-') deps.checkWritable(path);
  checkReport(deps, flags);
  checkTrace(deps, flags);
  const progress = new Progress(terminal);
  const trace = traceLines(machine.collector ?? 'parallel', flags.gctraceForm, setting.procs, nanotime());
  const watch = flags.watch ? new (await import('../watch.ts')).Watch(terminal, workload.name) : undefined;
  const above = watch ?? progress;
  function log(lines: readonly string[]): void {
    for (const line of lines) above.log(line);
  }
  const heapRecorder = await recorderFor(flags);
  // The report of a long run is printed even if a file can't be written.
  let lost: OutputError | undefined;
  function keep(error: unknown): void {
    if (!(error instanceof OutputError)) throw error;
    lost ??= error;
  }
  const heap = flags.heap === undefined ? undefined : await readHeap(deps, flags.heap, progress, isRecording(flags)).finally(() => progress.clear());
  // The machine takes the image.
  let composition = heap !== undefined && isRecording(flags) ? await composed(heap, heap.name) : undefined;
  const result = await runMachine(deps, {
    ...machine,
    ...setting,
    workload: spec,
    params,
    heap,
    takesHeap: true,
    tuning: tuningOf(flags),
    memprofileRate,
    gctrace: machine.gctrace === 2 ? 2 : undefined,
    verify: machine.verify ?? false,
    recordEvents: recordsEvents(flags),
    heapRecorder,
    onCycle(cycle) {
      for (const { startNs, endNs, checkpointNs } of stoppedWorlds(cycle)) watch?.add({ pauseNs: endNs - startNs, checkpointNs });
      if (flags.gctrace) log(trace.cycle(cycle));
    },
    onScavenge: flags.gctrace ? (scavenge: Scavenge) => log(trace.scavenge(scavenge)) : undefined,
    onTrace: (line) => above.log(line),
    onTick(tick) {
      const text = describeTick(workload.name, tick);
      if (watch === undefined) return progress.show(text);
      terminal.doing = text;
      watch.show(tick);
    },
  }, async (m) => {
    if (flags.gctrace) log(trace.end(() => sampleHeap(m, 0).live));
    watch?.close();
    progress.clear();
    if (heap === undefined && isRecording(flags)) composition = await composed((await import('../../composition/machine-graph.ts')).machineGraph(m), workload.name);
    if (flags.memorydump === undefined) return;
    const { memorydump } = await import('../../inspect/memorydump.ts');
    await deps.writeText(flags.memorydump, memorydump(m)).catch(keep);
  }).finally(() => {
    // Of a run that has failed.
    log(trace.end(() => null));
    watch?.close();
    progress.clear();
  });
  await deliverProfile(deps, flags, result).catch(keep);
  const timeline = result.events && timelineOf(result.events, { name: printable(workload.name) });
  let document: string | undefined;
  if (wantsDocument(flags)) {
    const { runDocument } = await import('../../report/json.ts');
    document = runDocument({ ...setting, params, options: { ...machine, ...tuningOf(flags) } }, result, heap, { timeline, heapRecorder, composition });
  }
  if (flags.json) terminal.out(`${document}\n`);
  else printReport(deps, flags, setting, result, heap);
  if (timeline !== undefined) {
    try {
      writeTrace(deps, flags, [timeline]);
    } catch (error) {
      keep(error);
    }
  }
  await writeReport(deps, flags, `run ${printable(workload.name)}`, document).catch(keep);
  if (lost !== undefined) throw lost;
}

/** Returns what a heap is made of. */
async function composed(graph: HeapGraph, name: string): Promise<Composition> {
  return (await import('../../report/compose.ts')).compose(graph, name);
}

/** Prints the heap that was loaded, the lines of the workload and the summary: on stderr if stdout holds a dump. */
function printReport({ terminal }: Deps, flags: RunFlags, setting: RunSetting, result: RunResult, heap: HeapImage | undefined): void {
  const [report, width] = isStdoutTaken(flags) ? [terminal.err, terminal.errWidth] : [terminal.out, terminal.outWidth];
  if (heap !== undefined) {
    const facts = formatHeapFacts(heap, width).map((line) => `  ${line}`);
    printLines(report, [`${printable(heap.name)}: ${plural(heap.objects, 'object')}, ${formatBytes(heap.bytes)}`, ...facts]);
  }
  printLines(report, [...result.lines, ...formatSummary(setting, result, width)]);
}

/** Returns "starting 64 threads: 12 up", then "churn: 3 collections, 5.00 MB live". */
function describeTick(name: string, { cycles, heapAlloc, threads, threadsUp }: Tick): string {
  if (threadsUp < threads) return `starting ${plural(threads, 'thread')}: ${formatCount(threadsUp)} up`;
  return `${name}: ${plural(cycles, 'collection')}, ${formatBytes(heapAlloc)} live`;
}
