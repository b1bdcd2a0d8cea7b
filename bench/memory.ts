/**
 * `node dist/bench/memory.js [heap file …]`: peak host memory for loading heaps and marking
 * them once with one and two threads, each in a new process. Without a file, it generates a V8 snapshot of 5 M objects.
 * Then it measures the start of machines with up to 64 threads.
 */
import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { seedState, xorshift32 } from '../src/base/random.ts';
import { openHeapFile, startRuntime } from '../src/index.ts';
import { median } from '../src/base/statistics.ts';
import { DOORBELL, Doorbell } from '../src/sync/bell.ts';
import { graphFacts } from '../src/verify/graph-facts.ts';
import { collectArgs } from '../src/workloads/collect.ts';

const MB = 2 ** 20;
const OBJECTS = 5_000_000;
/** Sizes of V8's objects, with about the frequencies of a real snapshot. */
const SIZES = [16, 16, 24, 24, 24, 32, 32, 40, 56, 64, 80, 128, 12, 20, 28, 200];
const STARTS = 5;

interface Loaded {
  readonly objects: number;
  readonly references: number;
  /** Bytes of the objects in the file, and of their spans. */
  readonly bytes: number;
  readonly heapInuse: number;
  readonly maxRss: number;
}

const [first, ...rest] = process.argv.slice(2);
if (first === '--load') process.stdout.write(JSON.stringify(await load(rest[0])));
else if (first === '--start') process.stdout.write(JSON.stringify(await start(Number(rest[0]))));
else await measure(process.argv.slice(2));

async function measure(files: readonly string[]): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'sweepgen-memory-'));
  try {
    const made = join(folder, 'made.heapsnapshot');
    if (files.length === 0) writeSnapshot(made);
    console.table((files.length === 0 ? [made] : files).map(loadRow));
  } finally {
    rmSync(folder, { recursive: true });
  }
  console.table([1, 2, 16, 64].map(startRow));
}

function loadRow(file: string): Record<string, string | number> {
  const { objects, references, bytes, heapInuse, maxRss } = child<Loaded>('--load', file);
  return {
    file: basename(file), objects, references, 'objects, MB': round(bytes / MB), 'heap, MB': round(heapInuse / MB),
    'peak, MB': round(maxRss / MB), 'peak / heap': round(maxRss / heapInuse),
  };
}

function startRow(threads: number): Record<string, number> {
  const starts = Array.from({ length: STARTS }, () => child<{ wallMs: number; cpuMs: number }>('--start', String(threads)));
  return { threads, 'median ms': Math.round(median(starts.map(({ wallMs }) => wallMs))), 'processor ms': Math.round(median(starts.map(({ cpuMs }) => cpuMs))) };
}

/** Runs in a new process, whose memory and time start at zero. */
function child<Result>(what: string, argument: string): Result {
  return JSON.parse(execFileSync(process.execPath, [fileURLToPath(import.meta.url), what, argument], { encoding: 'utf8' })) as Result;
}

/** Does the work of `sweepgen scale <file> --runs 1`. */
async function load(file: string): Promise<Loaded> {
  const heap = await openHeapFile(file);
  // A starved machine must not count as hung.
  const runtime = await startRuntime({ workload: 'collect', heap, takesHeap: true, args: collectArgs(1, [1, 2]), procs: 2, gogc: 'off', hangSeconds: 600 });
  const { memstats } = await runtime.finished;
  graphFacts(runtime.m);
  const maxRss = process.resourceUsage().maxRSS * 1024;
  return { objects: heap.objects, references: heap.edges, bytes: heap.bytes, heapInuse: memstats.HeapInuse, maxRss };
}

/** Returns the time from the call until all threads are at the gate. */
async function start(threads: number): Promise<{ wallMs: number; cpuMs: number }> {
  const before = process.cpuUsage();
  const begun = performance.now();
  const { m, finished } = await startRuntime({ workload: 'list', params: { count: 1000, runs: 1 }, procs: threads });
  while (Atomics.load(m, DOORBELL + Doorbell.at.xgate) === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  const wallMs = performance.now() - begun;
  const { user, system } = process.cpuUsage(before);
  await finished;
  return { wallMs, cpuMs: (user + system) / 1000 };
}

/** Three references per object on average: one to the next object, the others to random ones. */
function writeSnapshot(path: string): void {
  let state = seedState(1);
  const below = (n: number): number => ((state = xorshift32(state)) >>> 0) % n;
  const counts = Uint8Array.from({ length: OBJECTS }, (_, i) => (i === OBJECTS - 1 ? 0 : 1 + below(5)));
  const edges = counts.reduce((sum, count) => sum + count, 0);
  const meta = {
    node_fields: ['type', 'name', 'id', 'self_size', 'edge_count'], node_types: [['object'], 'string', 'number', 'number', 'number'],
    edge_fields: ['type', 'name_or_index', 'to_node'], edge_types: [['property', 'weak'], 'string_or_number', 'node'],
  };
  const file = openSync(path, 'w');
  const write = (text: string) => writeSync(file, text);
  write(`{"snapshot":${JSON.stringify({ meta, node_count: OBJECTS, edge_count: edges })},\n"nodes":[`);
  writeRows(write, OBJECTS, (i) => `0,0,${2 * i + 1},${SIZES[below(SIZES.length)]},${counts[i]}`);
  write('],\n"edges":[');
  writeRows(write, OBJECTS - 1, (i) => Array.from({ length: counts[i] }, (_, e) => `0,0,${5 * (e === 0 ? i + 1 : below(OBJECTS))}`).join(',\n'));
  write('],\n"strings":["x"]}\n');
  closeSync(file);
}

function writeRows(write: (text: string) => void, count: number, row: (i: number) => string): void {
  const BATCH = 10_000;
  for (let i = 0; i < count; i += BATCH) {
    write((i === 0 ? '' : ',') + Array.from({ length: Math.min(BATCH, count - i) }, (_, k) => row(i + k)).join(',\n'));
  }
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
