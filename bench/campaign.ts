/**
 * `node dist/bench/campaign.js`: campaigns over queues on this machine, on servers of its own. Linux only.
 *
 * - `overhead`: two real workers over each queue, alternating with two threads of one process. The rate is the slope of executions
 *   over the CPU seconds of all processes, the server included: CPU time depends little on the machine's load.
 * - `crowd`: workers that sleep instead of running slices. It shows what the coordinator and the server need, and whether
 *   results are counted as fast as they arrive.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { Command } from 'commander';
import { median } from '../src/base/statistics.ts';
import { SERVERS, startServer, type Server, type ServerKind } from '../test/support/servers.ts';
import { machine } from './baseline.ts';
import { countedIn, cpuSeconds, end, havePrinted, residentMb, startScript } from './campaign-processes.ts';

const CLI = 'src/cli/main.js';
/**
 * A campaign in one setting of a scenario with short executions, and so with long results. With several
 * settings, threads would give each the same time, and workers rather the same number of executions.
 */
const ENDLESS = ['fuzz', 'lfstack', '--set', 'procs=3', '--monitors', 'none', '--executions', '1000000000000', '--seed', '1'];
/** CPU seconds of two workers before the measurement, in which V8 compiles their code and the coordinator learns the scenario's rate. */
const WARM_UP = 10;
/** Seconds before the measurement of a crowd, besides those of its first slices. */
const ARRIVAL = 15;
const POLL_MS = 100;

type Queue = 'file' | ServerKind;

interface Flags {
  readonly queues: string;
  readonly seconds: string;
  readonly rounds: string;
  readonly workers: string;
  readonly jobs: string;
  readonly processes: string;
  readonly ms: string;
  readonly rate: string;
}

const program = new Command('node dist/bench/campaign.js').description('campaigns over queues on this machine');
const queues = ['--queues <names>', 'names joined by commas', ['file', ...SERVERS].join(',')] as const;
program.command('overhead').description('two workers over a queue, compared with two threads').option(...queues)
  .option('--seconds <n>', 'CPU seconds of the workers that are measured', '20')
  .option('--rounds <n>', 'rounds; each measures every way once', '3')
  .action(overhead);
program.command('crowd').description('workers that only sleep').option(...queues)
  .option('--seconds <n>', 'seconds that are measured', '45')
  .option('--workers <n>', 'workers, each with connections of its own', '64')
  .option('--jobs <n>', 'jobs of each', '1')
  .option('--processes <n>', 'processes that hold the workers', '4')
  .option('--ms <n>', 'milliseconds that a slice takes', '5000')
  .option('--rate <n>', 'executions a second, which determine the length of results', '20')
  .action(crowd);
console.log(`${machine()}, node ${process.version}`);
await program.parseAsync();

interface Place {
  readonly url: string;
  readonly server?: Server;
  readonly log: string;
}

/** Does work with a queue of its own, and a log. */
async function withQueue<Value>(kind: Queue, work: (place: Place) => Promise<Value>): Promise<Value> {
  const folder = mkdtempSync(join(tmpdir(), 'sweepgen-bench-'));
  const server = kind === 'file' ? undefined : await startServer(kind, { sync: 'everysec' });
  try {
    return await work({ url: server?.url ?? `file:${folder}/queue`, server, log: join(folder, 'log.jsonl') });
  } finally {
    await server?.close();
    rmSync(folder, { recursive: true });
  }
}

/** The speed and the cost of a campaign of two workers. */
interface Rate {
  /** Executions a CPU second of all processes, and of the workers alone. */
  readonly perCpu: number;
  readonly perWorkersCpu: number;
  /** Executions a second. */
  readonly perSecond: number;
  /** CPU time of coordinator and server, in percent of a core. */
  readonly beside: number;
}

async function overhead(flags: Flags): Promise<void> {
  const ways: readonly ('threads' | Queue)[] = ['threads', ...(flags.queues.split(',') as Queue[])];
  const rates = new Map(ways.map((way) => [way, [] as Rate[]]));
  for (let round = 0; round < Number(flags.rounds); round++) {
    for (const way of ways) {
      const rate = await rateOf(way, Number(flags.seconds));
      rates.get(way)!.push(rate);
      console.log(`round ${round + 1}, ${way}: ${Object.entries(rate).map(([what, value]) => `${what} ${Math.round(value)}`).join(', ')}`);
    }
  }
  const middle = (way: typeof ways[number], what: keyof Rate): number => median(rates.get(way)!.map((each) => each[what]));
  const ratio = (way: typeof ways[number], what: keyof Rate): string => (middle(way, what) / middle('threads', what)).toFixed(3);
  console.table(ways.map((way) => ({
    way, 'executions a CPU second': Math.round(middle(way, 'perCpu')), ratio: ratio(way, 'perCpu'), 'ratio of the workers alone': ratio(way, 'perWorkersCpu'),
    'coordinator and server, % of a core': middle(way, 'beside').toFixed(1), 'executions a second': Math.round(middle(way, 'perSecond')), 'ratio by time': ratio(way, 'perSecond'),
  })));
}

/** Measures a campaign of two workers. */
async function rateOf(way: 'threads' | Queue, measured: number): Promise<Rate> {
  return withQueue(way === 'threads' ? 'file' : way, async ({ url, server, log }) => {
    const workers = way === 'threads'
      ? [startScript(CLI, [...ENDLESS, '--jobs', '2', '--log', log])]
      : [1, 2].map(() => startScript(CLI, ['worker', '--queue', url, '--jobs', '1']));
    const coordinators = way === 'threads' ? [] : [startScript(CLI, [...ENDLESS, '--queue', url, '--log', log])];
    const cpuOf = (pids: readonly (number | undefined)[]): number => pids.reduce<number>((sum, pid) => sum + (pid === undefined ? 0 : cpuSeconds(pid)), 0);
    const points: { executions: number; workers: number; beside: number; seconds: number }[] = [];
    const workersCpu = (): number => cpuOf(workers.map(({ pid }) => pid));
    while (workersCpu() < WARM_UP) await setTimeout(POLL_MS);
    let slices = countedIn(log).length;
    while (workersCpu() < WARM_UP + measured) {
      await setTimeout(POLL_MS);
      const counted = countedIn(log);
      if (counted.length === slices) continue;
      slices = counted.length;
      points.push({
        executions: counted.reduce((sum, each) => sum + each, 0), seconds: performance.now() / 1000,
        workers: workersCpu(), beside: cpuOf([...coordinators.map(({ pid }) => pid), server?.pid]),
      });
    }
    await end([...coordinators, ...workers]);
    return {
      perCpu: slopeOf(points.map((each) => [each.workers + each.beside, each.executions])),
      perWorkersCpu: slopeOf(points.map((each) => [each.workers, each.executions])),
      perSecond: slopeOf(points.map((each) => [each.seconds, each.executions])),
      beside: 100 * slopeOf(points.map((each) => [each.seconds, each.beside])),
    };
  });
}

/** Returns the slope of the least-squares line. */
function slopeOf(points: readonly (readonly [number, number])[]): number {
  const mean = (i: 0 | 1): number => points.reduce((sum, point) => sum + point[i], 0) / points.length;
  const [x, y] = [mean(0), mean(1)];
  return points.reduce((sum, point) => sum + (point[0] - x) * (point[1] - y), 0) / points.reduce((sum, point) => sum + (point[0] - x) ** 2, 0);
}

async function crowd(flags: Flags): Promise<void> {
  const [workers, processes] = [Number(flags.workers), Number(flags.processes)];
  for (const kind of flags.queues.split(',') as Queue[]) {
    await withQueue(kind, async ({ url, server, log }) => {
      const coordinator = startScript(CLI, [...ENDLESS, '--queue', url, '--log', log]);
      const stubs = Array.from({ length: processes }, () => startScript('bench/campaign-stub.js', [url, String(Math.ceil(workers / processes)), flags.jobs, flags.ms, flags.rate]));
      const pids = { coordinator: coordinator.pid!, server: server?.pid, stubs: stubs.map(({ pid }) => pid!) };
      await havePrinted(stubs);
      await setTimeout(ARRIVAL * 1000 + 2 * Number(flags.ms));
      const rows: Readonly<Record<string, string | number>>[] = [];
      const expected = (workers * Number(flags.jobs) * 1000) / Number(flags.ms);
      for (let i = 0; i < 5; i++) {
        const before = usageOf(pids, log);
        await setTimeout((Number(flags.seconds) / 5) * 1000);
        const after = usageOf(pids, log);
        const rate = (what: keyof typeof after): number => (after[what] - before[what]) / (after.seconds - before.seconds);
        rows.push({
          'results a second': rate('results').toFixed(1), 'workers send at most': expected.toFixed(1), 'coordinator, % of a core': (100 * rate('coordinator')).toFixed(1), 'CPU ms a result': ((1000 * rate('coordinator')) / rate('results')).toFixed(2),
          'server, %': (100 * rate('server')).toFixed(1), 'stubs, %': (100 * rate('stubs')).toFixed(1), 'coordinator, MB': Math.round(residentMb(pids.coordinator)),
        });
      }
      await end([coordinator, ...stubs]);
      console.log(`${kind}: ${workers} workers of ${flags.jobs}, slices of ${flags.ms} ms with the results of ${flags.rate} executions a second`);
      console.table(rows);
    });
  }
}

function usageOf({ coordinator, server, stubs }: { coordinator: number; server?: number; stubs: readonly number[] }, log: string) {
  return {
    seconds: performance.now() / 1000,
    results: countedIn(log).length,
    coordinator: cpuSeconds(coordinator),
    server: server === undefined ? 0 : cpuSeconds(server),
    stubs: stubs.reduce((sum, pid) => sum + cpuSeconds(pid), 0),
  };
}
