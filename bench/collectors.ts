/**
 * `node dist/bench/collectors.js [--depth n] [--rounds n] [--go path]`: the pauses of all collectors on binary-trees by turns, those of
 * a real Go in the same rounds, and what the write barrier costs a program while no mark goes on: churn without collections,
 * with the concurrent collector and with the parallel one.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { startRuntime } from '../src/index.ts';
import type { RuntimeOptions } from '../src/index.ts';
import { median } from '../src/base/statistics.ts';
import { pauseOf, stoppedWorlds } from '../src/gc/stopped-worlds.ts';
import { percentile } from '../src/report/mmu.ts';
import { besideNs } from '../src/report/taken-time.ts';
import { GoPeer } from './go-peer.ts';
import { readGoTrace } from './go-trace.ts';

const PROCS = 2;
const OBJECTS = 2_000_000;

type Machine = Pick<RuntimeOptions, 'collector' | 'barrier' | 'stacks'>;

const COLLECTORS: readonly (readonly [name: string, machine: Machine])[] = [
  ['refword (2010)', { collector: 'refword' }],
  ['bitmap (2011)', { collector: 'bitmap' }],
  ['parallel (2013)', { collector: 'parallel' }],
  ['concurrent (Go 1.5)', { collector: 'concurrent' }],
  ['concurrent (Go 1.8)', { collector: 'concurrent', barrier: 'hybrid', stacks: 'once' }],
];

/** What one run has taken. */
interface Taken {
  readonly elapsedNs: number;
  readonly pauses: readonly number[];
  /** Processor time of collections. */
  readonly cpuNs: number;
}

const program = new Command('node dist/bench/collectors.js')
  .option('--depth <n>', 'depth of binary-trees', Number, 16)
  .option('--rounds <n>', 'rounds, in each of which every collector runs once', Number, 3)
  .option('--go <path>', 'a Go to compare with, from 1.6 on; none: no Go', 'go')
  .option('--json', 'print one JSON document')
  .parse();
const { depth, rounds, go, json } = program.opts<{ readonly depth: number; readonly rounds: number; readonly go: string; readonly json?: boolean }>();

const folder = mkdtempSync(join(tmpdir(), 'sweepgen-go-'));
process.on('exit', () => rmSync(folder, { recursive: true }));
const peer = go === 'none' ? undefined : new GoPeer(go, folder);
const names = [...COLLECTORS.map(([name]) => name), ...(peer === undefined ? [] : [`${peer.version}, GOMAXPROCS=${PROCS}`])];
const runs = names.map((): Taken[] => []);
for (let round = 0; round < rounds; round++) {
  process.stderr.write(`round ${round + 1} of ${rounds}…\n`);
  for (const [i, [, machine]] of COLLECTORS.entries()) runs[i].push(await runOnce({ ...machine, workload: 'binary-trees', params: { depth } }));
  if (peer !== undefined) runs[COLLECTORS.length].push(runPeer(peer));
}
const table = names.map((name, i) => rowOf(name, runs[i]));
const barrier = await barrierCost();
if (json) process.stdout.write(`${JSON.stringify({ node: process.version, procs: PROCS, depth, rounds, table, barrier }, null, 2)}\n`);
else {
  console.table(table);
  console.table([barrier]);
}

async function runOnce(options: RuntimeOptions): Promise<Taken> {
  const { cycles, elapsedNs } = await (await startRuntime({ ...options, procs: PROCS })).finished;
  const pauses = cycles.flatMap(stoppedWorlds).map(pauseOf);
  return { elapsedNs, pauses, cpuNs: PROCS * total(pauses) + total(cycles.map(besideNs)) };
}

function runPeer(program: GoPeer): Taken {
  const { seconds, trace } = program.traced(PROCS, 'binary-trees', String(depth));
  return { elapsedNs: seconds * 1e9, ...readGoTrace(trace) };
}

function rowOf(name: string, all: readonly Taken[]): Record<string, string | number> {
  const pauses = all.flatMap((run) => run.pauses);
  const at = (share: number) => (pauses.length === 0 ? 0 : round3(percentile(pauses, share) / 1e6));
  const elapsed = median(all.map(({ elapsedNs }) => elapsedNs));
  return {
    collector: name, pauses: pauses.length, 'median ms': at(0.5), '95 % ms': at(0.95), '99 % ms': at(0.99), 'longest ms': at(1),
    'run ms': Math.round(elapsed / 1e6), 'collector cpu ms': Math.round(median(all.map(({ cpuNs }) => cpuNs)) / 1e6),
  };
}

/** Returns the time of an allocation in churn without collections, by turns. */
async function barrierCost(): Promise<Record<string, number>> {
  const ns: Record<'parallel' | 'concurrent', number[]> = { parallel: [], concurrent: [] };
  for (let round = 0; round < rounds; round++) {
    for (const collector of ['parallel', 'concurrent'] as const) {
      const { elapsedNs } = await runOnce({ workload: 'churn', collector, gogc: 'off', arena: 64 * OBJECTS, params: { count: OBJECTS, threads: PROCS } });
      ns[collector].push(elapsedNs / OBJECTS);
    }
  }
  const [parallel, concurrent] = [median(ns.parallel), median(ns.concurrent)];
  return { 'parallel, ns/object': round3(parallel), 'concurrent, barrier off': round3(concurrent), ratio: round3(concurrent / parallel) };
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function round3(x: number): number {
  return Math.round(x * 1000) / 1000;
}
