/**
 * `node dist/bench/beside-go.js [graph …] [--rounds=n]`: compares mark time and allocation with the Go on
 * this machine. In each round, Go and both policies mark each graph in turn with
 * one and two threads. The time of Go 1.3 is estimated from its ratio to Go 1.19,
 * measured on another machine.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../src/base/root.ts';
import { median } from '../src/base/statistics.ts';
import { churnNs, type ChurnNs } from './churn.ts';
import { collect, markMs, POLICIES, THREADS } from './mark.ts';

/** Mark time of Go 1.3 over that of Go 1.19, with one and two threads, by graph. */
const GO_1_3: Readonly<Record<string, readonly [number, number]>> = {
  tree: [0.49, 0.6], list: [0.86, 1], rand: [0.33, 0.39], wide: [0.58, 1.9], mixed: [0.74, 0.79],
};
/** Collections of each collector in a round. */
const COLLECTIONS = 10;
const CHURN_OBJECTS = 20_000_000;

const words = process.argv.slice(2);
const rounds = Number(words.find((word) => word.startsWith('--rounds='))?.slice('--rounds='.length) ?? 3);
if (!(rounds >= 1)) throw new RangeError('--rounds= needs a number from 1');
const wanted = words.filter((word) => !word.startsWith('--'));

const folder = mkdtempSync(join(tmpdir(), 'sweepgen-go-'));
const peer = join(folder, 'peers');
try {
  execFileSync('go', ['build', '-o', peer, '.'], { cwd: join(ROOT, 'bench/peers'), stdio: 'inherit' });
  const graphs = Object.keys(GO_1_3).filter((graph) => wanted.length === 0 || wanted.includes(graph));
  const rows = [];
  for (const graph of graphs) rows.push(...(await markRows(graph)));
  console.table(rows);
  if (wanted.length === 0 || wanted.includes('churn')) console.table(await churnRows());
} finally {
  rmSync(folder, { recursive: true });
}

async function markRows(graph: string) {
  const go = THREADS.map((): number[] => []);
  const ours = new Map(POLICIES.map((policy) => [policy, THREADS.map((): number[] => [])]));
  for (let round = 0; round < rounds; round++) {
    THREADS.forEach((threads, i) => go[i].push(goMarkMs(graph, threads)));
    for (const policy of POLICIES) {
      const cycles = await collect(graph, policy, COLLECTIONS);
      THREADS.forEach((threads, i) => ours.get(policy)![i].push(...cycles.filter(({ nproc }) => nproc === threads).map(markMs)));
    }
  }
  return THREADS.map((threads, i) => {
    const [go119, faithful, tuned] = [go[i], ours.get('go1.3')![i], ours.get('tuned')![i]].map(median);
    const go13 = go119 * GO_1_3[graph][i];
    return {
      graph, threads,
      'Go 1.19 ms': round1(go119), 'Go 1.3 ms': round1(go13), 'go1.3 ms': round1(faithful), 'tuned ms': round1(tuned),
      'tuned / Go 1.19': round2(tuned / go119), 'tuned / Go 1.3': round2(tuned / go13),
      'tuned, gain with 2': round2(median(ours.get('tuned')![0]) / tuned),
    };
  });
}

async function churnRows() {
  const rows = [];
  for (const threads of THREADS) {
    const go: number[] = [];
    const ours = POLICIES.map((): ChurnNs[] => []);
    for (let round = 0; round < rounds; round++) {
      go.push(askGo('churn', '-threads', String(threads), '-n', String(CHURN_OBJECTS)));
      for (const [i, policy] of POLICIES.entries()) ours[i].push(await churnNs(policy, threads, CHURN_OBJECTS));
    }
    const [faithful, tuned] = ours.map((runs) => round1(median(runs.map(({ warm }) => warm))));
    const [faithfulWhole, tunedWhole] = ours.map((runs) => round1(median(runs.map(({ whole }) => whole))));
    rows.push({ churn: 'ns/object', threads, 'Go 1.19': round1(median(go)), 'go1.3': faithful, tuned, 'go1.3, whole run': faithfulWhole, 'tuned, whole run': tunedWhole });
  }
  return rows;
}

function goMarkMs(graph: string, threads: number): number {
  return askGo('mark', '-graphs', graph, '-threads', String(threads), '-gcs', String(COLLECTIONS));
}

/** Returns the median of one round. */
function askGo(...args: readonly string[]): number {
  const text = execFileSync(peer, [...args, '-json', '-rounds', '1'], { encoding: 'utf8' });
  return (JSON.parse(text) as { results: { median: number }[] }).results[0].median;
}

function round1(x: number): number {
  return Math.round(x * 10) / 10;
}

function round2(x: number): number {
  return Math.round(x * 100) / 100;
}
