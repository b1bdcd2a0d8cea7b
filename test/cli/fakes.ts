/** A machine, a terminal and workloads that only seem to be. */
import type { Progress, RunResult } from '../../src/run/api.ts';
import { CYCLE_FIELDS, type Cycle, type CycleField } from '../../src/gc/cycle-log.ts';
import { readMemStats, type MemStats } from '../../src/inspect/memstats.ts';
import { MSTATS, MStats } from '../../src/malloc/mstats.ts';
import type { HeapImage } from '../../src/workloads/heaps/image.ts';
import type { Param, Workload } from '../../src/workloads/workload.ts';
import { UsageError } from '../../src/base/fatal.ts';
import { localPool } from '../../src/explore/campaigns/local-pool.ts';
import { runCli } from '../../src/cli/program.ts';
import type { Deps, Terminal } from '../../src/cli/deps.ts';
import type { RuntimeOptions } from '../../src/run/api.ts';
import { checkDocuments } from './check-document.ts';

/** A cycle in which nothing happened but what `fields` say. */
export function cycleOf(fields: Partial<Cycle> = {}): Cycle {
  const zeros = Object.fromEntries(CYCLE_FIELDS.map((field) => [field, 0])) as Record<CycleField, number>;
  return { ...zeros, numgc: 1, nproc: 1, threads: [], ...fields };
}

export const memstats: MemStats = {
  ...readMemStats(new Int32Array(MSTATS + MStats.words)),
  Alloc: 2 << 20, TotalAlloc: 64 << 20, Sys: 80 << 20, Lookups: 0, Mallocs: 2_000_000, Frees: 1_934_464,
  HeapAlloc: 2 << 20, HeapSys: 8 << 20, HeapIdle: 5 << 20, HeapInuse: 3 << 20, HeapReleased: 0, HeapObjects: 65_536,
  StackInuse: 4096, StackSys: 4096, MSpanInuse: 512, MSpanSys: 1024, MCacheInuse: 256, MCacheSys: 256,
  BuckHashSys: 0, GCSys: 4096, OtherSys: 128, NextGC: 4 << 20, LastGC: 1, PauseTotalNs: 3e6, PauseNs: [1e6, 2e6], PauseEnd: [1, 2], NumGC: 2,
  EnableGC: true, DebugGC: false, BySize: [{ Size: 8, Mallocs: 3, Frees: 1 }],
};

/** A moment of a machine with 5 MB of objects, whose threads run, but for what `fields` say. */
export function progressOf(fields: Partial<Progress> = {}): Progress {
  const { threads = 2 } = fields;
  return {
    cycles: 0, heapAlloc: 5 << 20, elapsedNs: 1e9, threads, threadsUp: threads,
    heap: { atNs: 1e9, allocated: 5 << 20, live: 4 << 20, goal: 8 << 20, inUse: 6 << 20, arena: 16 << 20 },
    states: Array.from({ length: threads }, () => 'mutator' as const),
    ...fields,
  };
}

export function resultOf(fields: Partial<RunResult> = {}): RunResult {
  return { memstats, cycles: [], lines: [], elapsedNs: 1e8, startedNs: 0, verified: 0, ...fields };
}

export function workloadOf(name: string, params: Readonly<Record<string, Param>> = {}): Workload {
  return {
    name,
    summary: `does ${name}`,
    params,
    needs: () => ({ arenaBytes: 1 << 20, globals: 0, goroutines: 1 }),
    steps: [],
    main: { pc: 0, slots: 0 },
    args: () => [],
  };
}

export const image: HeapImage = {
  name: 'own heap', objects: 3, edges: 2, bytes: 96,
  sizes: Uint32Array.of(32, 32, 32), firstEdge: Uint32Array.of(0, 2, 2, 2), targets: Uint32Array.of(1, 2), roots: Uint32Array.of(0),
};

const count: Param = { default: 1000, min: 1, max: 1_000_000, help: 'objects' };
const WORKLOADS = [
  workloadOf('churn', { count, threads: { default: 1, min: 1, max: 256, help: 'goroutines' } }),
  workloadOf('binary-trees', { depth: { default: 12, min: 6, max: 24, help: 'levels' } }),
  workloadOf('collect'),
  workloadOf('tree', { depth: { default: 22, min: 1, max: 26, help: 'levels' } }),
  workloadOf('sequence', { seed: { ...count, max: 2 ** 32 - 1 }, count, max: count }),
];

/** A terminal that shows nothing and is none, but for what `changes` say. */
export function terminalOf(changes: Partial<Terminal>): Terminal {
  return {
    out: () => {}, err: () => {}, doing: '', errLost: undefined,
    errIsTerminal: false, outIsColored: false, errIsColored: false, outWidth: undefined, errWidth: undefined,
    ...changes,
  };
}

/** What a fake machine comes to, or the error that it ends with. */
export type Play = (options: RuntimeOptions) => RunResult | Error | Promise<RunResult>;

export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  /** The machines that were started. */
  readonly started: readonly RuntimeOptions[];
  /** How many of them were stopped. */
  readonly stopped: number;
  /** What was written to files. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/** Runs `sweepgen <line>` with machines that behave as `play` says. */
export async function cli(line: string, play: Play = () => resultOf(), changes: Partial<Deps> = {}): Promise<Outcome> {
  const written = { out: '', err: '' };
  const started: RuntimeOptions[] = [];
  const files = new Map<string, Uint8Array>();
  let stopped = 0;
  const deps: Deps = {
    async startRuntime(options) {
      started.push(options);
      const end = await play(options);
      if (!(end instanceof Error)) for (const cycle of end.cycles) options.onCycle?.(cycle);
      const finished = end instanceof Error ? Promise.reject(end) : Promise.resolve(end);
      finished.catch(() => {});
      return { m: new Int32Array(0), map: undefined as never, notes: [], finished, stop: async () => void stopped++ };
    },
    async loadWorkload(spec) {
      const found = WORKLOADS.find(({ name }) => name === spec);
      if (found === undefined) throw new UsageError(`there is no workload '${spec}'`);
      return found;
    },
    listWorkloads: () => WORKLOADS,
    readOwnHeap: async () => image,
    readText: (path) => { throw new UsageError(`${path} can't be read: there is no such file`); },
    checkWritable: () => {},
    checkWritableFolder: () => {},
    writeFile: (path, bytes) => void files.set(path, bytes),
    readHeapFile: async (path) => ({ ...image, name: path }),
    terminal: terminalOf({
      out: (text) => void (written.out += text),
      err: (text) => void (written.err += text),
    }),
    version: '1.2.3',
    cores: 2,
    now: () => performance.now(),
    freshSeed: () => 4711,
    signal: new AbortController().signal,
    isInterrupted: () => changes.signal?.aborted ?? false,
    // In this thread, however many are asked for.
    explorePool: () => localPool(() => performance.now()),
    needsToEnd: () => {},
    env: {},
    writeText: async (path, pieces) => void (written.out += `${path}: ${[...pieces].join('')}`),
    ...changes,
  };
  const code = await runCli(line.split(' ').filter(Boolean), deps);
  if (line.includes('--json')) checkDocuments(written.out, written.err);
  return { code, ...written, started, stopped, files };
}

/** A machine that collects as `args` asks: threads in turn, twice as fast with each doubling. */
export function collecting(options: RuntimeOptions): RunResult {
  const [, total, turns, ...counts] = options.args!;
  const cycles = Array.from({ length: total }, (_, i) => {
    const nproc = counts[i % turns];
    const markNs = Math.round(80e6 / nproc) + (i < turns ? 50e6 : i * 1000);
    return cycleOf({ numgc: i + 1, nproc, forced: 2, markNs, objectsMarked: 1_000_000, bytesMarked: 32e6, nspan: 4000,
      nhandoff: nproc === 1 ? 0 : 120, nsteal: nproc === 1 ? 0 : 2, nprocyield: 800, idleNs: nproc === 1 ? 0 : 8e6 });
  });
  return resultOf({ cycles, verified: options.verify ? 2 * total : 0 });
}
