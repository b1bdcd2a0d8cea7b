/**
 * `npm run bench [name …]`: mark, sweep and allocation, as a table (or JSON with --json).
 * Every sample is what the machine itself logged of one collection, or of one run of churn;
 * tinybench makes the statistics. `bench/peers` measures Go's collector on the same graphs.
 */
import { availableParallelism } from 'node:os';
import { Bench, type Task } from 'tinybench';
import { startRuntime } from '../src/index.ts';
import type { Cycle, RuntimeOptions } from '../src/index.ts';
import { collectArgs } from '../src/workloads/collect.ts';

const GRAPHS = ['tree', 'list', 'rand', 'wide', 'mixed'];
const POLICIES = ['go1.3', 'tuned'] as const;
const THREADS = [1, 2];
const RUNS = 15;
const CHURN_RUNS = 5;
const CHURN_OBJECTS = 10_000_000;

const words = process.argv.slice(2);
const isJson = words.includes('--json');
const wanted = words.filter((word) => !word.startsWith('--'));

const collections = new Bench({ name: 'collections', iterations: RUNS, time: 0, warmup: false });
const churns = new Bench({ name: 'churn', iterations: CHURN_RUNS, time: 0, warmup: false });
for (const graph of GRAPHS) {
  if (isWanted(graph)) for (const policy of POLICIES) await addGraph(graph, policy);
}
if (isWanted('churn')) for (const threads of THREADS) await addChurn(threads);
const rows = [...(await collections.run()), ...(await churns.run())].map(figures);
if (isJson) process.stdout.write(`${JSON.stringify({ cores: availableParallelism(), node: process.version, rows }, null, 2)}\n`);
else console.table(rows);

function isWanted(name: string): boolean {
  return wanted.length === 0 || wanted.includes(name);
}

/** Mark time with 1 and 2 threads in turn, and the sweep that follows, on one machine. */
async function addGraph(graph: string, policy: (typeof POLICIES)[number]): Promise<void> {
  const { cycles } = await run({ workload: graph, policy, args: collectArgs(RUNS, THREADS), procs: Math.max(...THREADS), gogc: 'off' });
  for (const threads of THREADS) {
    const measured = cycles.slice(THREADS.length).filter(({ nproc }) => nproc === threads);
    add(`mark/${graph}/${policy}/threads=${threads}`, measured, ({ markNs, waitNs }) => markNs + waitNs);
    if (threads === 1 && policy === POLICIES[0]) add(`sweep/${graph}`, measured, ({ eagerSweepNs }) => eagerSweepNs);
  }
}

/** Time of an object of 32 bytes, collections included. */
async function addChurn(threads: number): Promise<void> {
  const samples: number[] = [];
  for (let i = 0; i < CHURN_RUNS; i++) {
    const { elapsedNs } = await run({ workload: 'churn', procs: threads, params: { threads, count: CHURN_OBJECTS } });
    samples.push(elapsedNs / 1e6);
  }
  addSamples(churns, `churn/${CHURN_OBJECTS / 1e6}M objects/threads=${threads}`, samples);
}

async function run(options: RuntimeOptions) {
  const runtime = await startRuntime(options);
  return runtime.finished;
}

function add(name: string, cycles: readonly Cycle[], ns: (cycle: Cycle) => number): void {
  addSamples(collections, name, cycles.map((cycle) => ns(cycle) / 1e6));
}

/** A task whose iterations take, one after the other, what was measured already; ms. */
function addSamples(bench: Bench, name: string, samples: readonly number[]): void {
  let next = 0;
  bench.add(name, () => ({ overriddenDuration: samples[next++ % samples.length] }));
}

function figures({ name, result }: Task) {
  if (!('latency' in result)) throw new Error(`${name} was not measured`);
  const { p50, min, max, samplesCount } = result.latency;
  return { name, 'median ms': round(p50), 'min ms': round(min), 'max ms': round(max), samples: samplesCount };
}

function round(ms: number): number {
  return Math.round(ms * 100) / 100;
}
