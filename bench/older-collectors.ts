/**
 * `node dist/bench/older-collectors.js [heap …] [--shrink=n] [--json]`: compares the pauses of the collectors of
 * 2010 and 2011 with those of the parallel collector with one thread, on the same heaps. Go's
 * change of February 2011 claims pauses "about half as long"; the column
 * refword/bitmap shows the ratio here.
 *
 * The older collectors sweep in the pause. For the parallel collector there are two figures: the pause, and the pause with
 * the sweep that follows. With --shrink=64 the heaps are a 64th of their size.
 */
import { availableParallelism } from 'node:os';
import { startRuntime } from '../src/index.ts';
import type { Cycle, RuntimeOptions } from '../src/index.ts';
import { GRAPHS } from '../src/workloads/graphs/catalog.ts';
import { collectArgs } from '../src/workloads/collect.ts';
import { median } from '../src/base/statistics.ts';

type Collector = Exclude<NonNullable<RuntimeOptions['collector']>, 'concurrent'>;

interface Heap {
  readonly name: string;
  /** Returns the params of a heap of a `shrink`th of the full size. */
  params(shrink: number): Readonly<Record<string, number>>;
}

const HEAPS: readonly Heap[] = GRAPHS.map(({ name, objects, paramsFor }) => ({ name, params: (by) => paramsFor(Math.ceil(objects / by)) }));
const PROGRAMS: readonly Heap[] = [{ name: 'binary-trees', params: (by) => ({ depth: 18 - Math.round(Math.log2(by)) }) }];
const COLLECTORS: readonly Collector[] = ['refword', 'bitmap', 'parallel'];
const RUNS = 15;
/** Runs the collectors in turn, so that drift affects all alike. */
const ROUNDS = 3;

const words = process.argv.slice(2);
const shrink = Number(words.find((word) => word.startsWith('--shrink='))?.slice('--shrink='.length) ?? 1);
if (!(shrink >= 1)) throw new RangeError('--shrink= needs a number from 1');
const wanted = words.filter((word) => !word.startsWith('--'));
const rows: Record<string, string | number>[] = [];
for (const graph of HEAPS) if (isWanted(graph)) rows.push(await measure(graph, graphOptions(graph)));
for (const program of PROGRAMS) if (isWanted(program)) rows.push(await measure(program, { ...setting(program), gogc: 100 }));
if (words.includes('--json')) process.stdout.write(`${JSON.stringify({ cores: availableParallelism(), node: process.version, rows }, null, 2)}\n`);
else console.table(rows);

function isWanted({ name }: Heap): boolean {
  return wanted.length === 0 || wanted.includes(name);
}

function setting({ name, params }: Heap): RuntimeOptions {
  return { workload: name, procs: 1, params: params(shrink) };
}

/** Runs forced collections of a graph, and no others. */
function graphOptions(graph: Heap): RuntimeOptions {
  return { ...setting(graph), args: collectArgs(RUNS, [1]), gogc: 'off' };
}

async function measure({ name }: Heap, options: RuntimeOptions): Promise<Record<string, string | number>> {
  const cycles: Record<Collector, Cycle[]> = { refword: [], bitmap: [], parallel: [] };
  for (let round = 0; round < ROUNDS; round++) {
    for (const collector of COLLECTORS) cycles[collector].push(...(await run({ ...options, collector })));
  }
  const pause = (collector: Collector) => medianMs(cycles[collector], ({ pauseNs }) => pauseNs);
  return {
    heap: name,
    'refword ms': round2(pause('refword')),
    'bitmap ms': round2(pause('bitmap')),
    'parallel ms': round2(pause('parallel')),
    'and sweep ms': round2(medianMs(cycles.parallel, ({ pauseNs, eagerSweepNs }) => pauseNs + eagerSweepNs)),
    'refword/bitmap': round2(pause('refword') / pause('bitmap')),
    'bitmap/parallel': round2(pause('bitmap') / pause('parallel')),
    collections: cycles.bitmap.length,
  };
}

/** Returns all collections but the first, which is the warm-up. */
async function run(options: RuntimeOptions): Promise<readonly Cycle[]> {
  const runtime = await startRuntime(options);
  const { cycles } = await runtime.finished;
  return cycles.slice(1);
}

function medianMs(cycles: readonly Cycle[], ns: (cycle: Cycle) => number): number {
  return median(cycles.map(ns)) / 1e6;
}

function round2(x: number): number {
  return Math.round(x * 100) / 100;
}
