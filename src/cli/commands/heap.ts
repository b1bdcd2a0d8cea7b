/** `sweepgen heap`: what a heap is made of, which objects retain most of it, and how the roots reach an object. */
import type { Command } from 'commander';
import { UsageError } from '../../base/fatal.ts';
import { printable } from '../../base/printable.ts';
import { HeapAnalysis } from '../../composition/analysis.ts';
import { machineGraph } from '../../composition/machine-graph.ts';
import { compose, composition } from '../../report/compose.ts';
import { describeComposition, formatGroups, formatPath, formatRetainers } from '../../report/composition-text.ts';
import { heapPath } from '../../report/heap-path.ts';
import { paintHeads } from '../../report/table.ts';
import { collectArgs } from '../../workloads/collect.ts';
import { GRAPH_NAMES } from '../../workloads/graphs/catalog.ts';
import type { HeapGraph } from '../../workloads/heaps/image.ts';
import type { Deps } from '../deps.ts';
import { HEAP_FILE_HELP, graphParams, nameOf, openHeap, type HeapSource } from '../heaps.ts';
import { examples } from '../help.ts';
import { addReport, checkReport, wantsDocument, writeReport, type ReportFlags } from '../html-report.ts';
import { heapDocument } from '../heap-document.ts';
import { runMachine } from '../machine.ts';
import { parseObjects } from '../model-flags.ts';
import { paint } from '../paint.ts';
import { printLines } from '../print-lines.ts';
import { Progress } from '../progress.ts';

interface HeapFlags extends ReportFlags {
  readonly pathTo?: string;
  readonly objects?: number;
}

export function declare(command: Command, deps: Deps): void {
  command
    .description('Reads a heap and shows what it is made of: its types, classes or sizes, and the objects that retain most of it. An object retains what would be garbage without it. docs/how-to/find-what-retains-memory.md explains the tables.')
    .argument('[heap]', `self (the heap of this process), ${GRAPH_NAMES.join(', ')}, or a heap file: ${HEAP_FILE_HELP} (default: self)`)
    .option('--path-to <object>', 'show how the roots reach this object: an address (0xc000012340), the number of a node of a V8 snapshot (@1234), or a position in the heap (#0)')
    .option('--objects <n>', 'approximate number of objects of a graph', parseObjects)
    .option('--json', 'print one JSON document');
  addReport(command);
  command
    .addHelpText('after', examples([
      ['sweepgen heap app.heapdump.gz', 'what retains the memory of a Go program'],
      ['sweepgen heap app.heapsnapshot --path-to @90977', 'how the roots reach a node of a V8 snapshot'],
      ['sweepgen heap app.hprof --html heap.html', 'the same to click through'],
    ]))
    .action((heap: string | undefined, flags: HeapFlags) => show(deps, heap ?? 'self', flags));
}

async function show(deps: Deps, spec: string, flags: HeapFlags): Promise<void> {
  checkReport(deps, flags);
  const progress = new Progress(deps.terminal);
  const source = await openHeap(deps, spec, { objects: flags.objects }, progress, true).finally(() => progress.clear());
  await withGraph(deps, source, progress, async (graph) => {
    progress.show('finding what each object retains');
    const heap = new HeapAnalysis(graph);
    progress.clear();
    const made = composition(heap, nameOf(source));
    const path = flags.pathTo === undefined ? undefined : heapPath(heap, objectAt(heap, flags.pathTo));
    heap.close();
    const document = wantsDocument(flags) ? heapDocument({ name: made.name, objects: graph.objects, edges: graph.edges, bytes: graph.bytes }, made, path) : undefined;
    if (flags.json) deps.terminal.out(`${document}\n`);
    else print(deps, made, path);
    await writeReport(deps, flags, `heap ${printable(spec)}`, document);
  });
}

/** Calls `use` with the objects of a heap. Those of a graph are in a machine, which lives as long. */
async function withGraph(deps: Deps, source: HeapSource, progress: Progress, use: (graph: HeapGraph) => Promise<void>): Promise<void> {
  if ('image' in source) return use(source.image);
  const { graph, objects } = source;
  progress.show(`building ${graph}`);
  const params = objects === undefined ? undefined : graphParams(graph, objects);
  await runMachine(deps, { workload: graph, params, args: collectArgs(1, [1], false), procs: 1, gogc: 'off' }, (m) => use(machineGraph(m))).finally(() => progress.clear());
}

/** Returns the object that `id` names. @throws UsageError if there is none */
function objectAt({ labels, graph }: HeapAnalysis, id: string): number {
  const object = /^#\d{1,10}$/.test(id) ? Number(id.slice(1)) : labels.find(id);
  if (object !== undefined && object < graph.objects) return object;
  const example = graph.objects === 0 ? 'it has none' : `one of them is ${labels.idOf(0)}, which is also #0`;
  throw new UsageError(`--path-to ${printable(id)}: the heap has no such object; ${example}`);
}

function print({ terminal }: Deps, made: ReturnType<typeof compose>, path: ReturnType<typeof heapPath> | undefined): void {
  const { bold } = paint(terminal.outIsColored);
  if (path !== undefined) return printLines(terminal.out, formatPath(path, made.by));
  const { outWidth: width } = terminal;
  printLines(terminal.out, [
    describeComposition(made),
    '', ...paintHeads(formatGroups(made, width), bold),
    '', bold('Largest retainers'), ...paintHeads(formatRetainers(made, width), bold),
  ]);
}
