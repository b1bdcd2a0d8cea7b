/**
 * `node dist/bench/beside-go.js [graph …]`: compares mark time and allocation with one or several Gos on this
 * machine. In each round every Go and both policies mark each graph in turn with one and two threads. All figures are
 * measured in this run, none is derived from another machine's.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { median } from '../src/base/statistics.ts';
import { GRAPH_NAMES } from '../src/workloads/graphs/catalog.ts';
import { machine } from './baseline.ts';
import { churnNs, type ChurnNs } from './churn.ts';
import { GoPeer } from './go-peer.ts';
import { nameOf, readHeaps, type Graph } from './heap-graph.ts';
import { collect, markMs, POLICIES, THREADS } from './mark.ts';

/** Collections of each collector in a round. */
const COLLECTIONS = 10;
const CHURN_OBJECTS = 20_000_000;
const CHURN = 'churn';

interface Options {
  readonly go: readonly string[];
  readonly heap: readonly string[];
  readonly rounds: number;
  readonly json?: boolean;
}

/** A row of figures: each collector's medians, and their ratios. */
type Row = Readonly<Record<string, string | number>>;

const program = new Command('node dist/bench/beside-go.js')
  .description("Compares with Go's own collector on the same graphs, in alternation.")
  .argument('[graphs...]', `what to measure: ${[...GRAPH_NAMES, CHURN].join(', ')} (default: all; with --heap: the heaps)`)
  .option('--go <path>', 'a Go to compare with, from 1.3 on; may be repeated (default: go)', append, [])
  .option('--heap <file>', 'a heap file to mark as one more graph; may be repeated', append, [])
  .option('--rounds <n>', 'rounds, each a process of every Go and a machine of every policy', parseRounds, 3)
  .option('--json', 'print one JSON document')
  .addHelpText('after', '\nExamples:\n  node dist/bench/beside-go.js tree --rounds 5\n  node dist/bench/beside-go.js --go go --go ~/go1.3/bin/go\n  node dist/bench/beside-go.js --heap app.heapdump.gz')
  .parse();
const { go, heap, rounds, json } = program.opts<Options>();
const unknown = program.args.find((name) => name !== CHURN && !GRAPH_NAMES.includes(name));
if (unknown !== undefined) program.error(`there is no graph '${unknown}'; there are ${[...GRAPH_NAMES, CHURN].join(', ')}, and files with --heap`);

const named = program.args.length > 0 || heap.length > 0 ? program.args : [...GRAPH_NAMES, CHURN];
const folder = mkdtempSync(join(tmpdir(), 'sweepgen-go-'));
process.on('exit', () => rmSync(folder, { recursive: true }));
const gos = (go.length > 0 ? go : ['go']).map(peerOf);
const graphs: Graph[] = [...named.filter((name) => name !== CHURN), ...(await readHeaps(heap))];
const mark: Row[] = [];
for (const graph of graphs) {
  tell(`marking ${nameOf(graph)}`);
  mark.push(...(await markRows(gos, graph)));
}
if (named.includes(CHURN)) tell('allocating');
const churn = named.includes(CHURN) ? await churnRows(gos) : [];
if (json) console.log(JSON.stringify({ machine: machine(), node: process.version, rounds, mark, churn }, null, 2));
else for (const rows of [mark, churn]) if (rows.length > 0) console.table(rows);

function peerOf(path: string): GoPeer {
  try {
    return new GoPeer(path, folder);
  } catch (error) {
    return program.error(`--go ${path}: it can't build bench/peers: ${(error as Error).message.split('\n')[0]}; name a Go command from 1.3 on`);
  }
}

async function markRows(gos: readonly GoPeer[], graph: Graph): Promise<Row[]> {
  const theirs = gos.map(() => THREADS.map((): number[] => []));
  const ours = POLICIES.map(() => THREADS.map((): number[] => []));
  for (let round = 0; round < rounds; round++) {
    for (const [i, peer] of gos.entries()) THREADS.forEach((threads, t) => theirs[i][t].push(peer.markMs(graph, threads, COLLECTIONS)));
    for (const [i, policy] of POLICIES.entries()) {
      const cycles = await collect(graph, policy, COLLECTIONS);
      THREADS.forEach((threads, t) => ours[i][t].push(...cycles.filter(({ nproc }) => nproc === threads).map(markMs)));
    }
  }
  const tuned = ours[POLICIES.indexOf('tuned')];
  return THREADS.map((threads, t) => ({
    graph: nameOf(graph), threads,
    ...row(gos, (i) => [`${gos[i].version} ms`, round1(median(theirs[i][t]))]),
    ...row(POLICIES, (i) => [`${POLICIES[i]} ms`, round1(median(ours[i][t]))]),
    ...row(gos, (i) => [`tuned / ${gos[i].version}`, round2(median(tuned[t]) / median(theirs[i][t]))]),
    'tuned, gain': round2(median(tuned[0]) / median(tuned[t])),
  }));
}

async function churnRows(gos: readonly GoPeer[]): Promise<Row[]> {
  const rows: Row[] = [];
  for (const threads of THREADS) {
    const theirs = gos.map((): number[] => []);
    const ours = POLICIES.map((): ChurnNs[] => []);
    for (let round = 0; round < rounds; round++) {
      for (const [i, peer] of gos.entries()) theirs[i].push(peer.churnNs(threads, CHURN_OBJECTS));
      for (const [i, policy] of POLICIES.entries()) ours[i].push(await churnNs(policy, threads, CHURN_OBJECTS));
    }
    rows.push({
      churn: 'ns/object', threads,
      ...row(gos, (i) => [gos[i].version, round1(median(theirs[i]))]),
      ...row(POLICIES, (i) => [POLICIES[i], round1(median(ours[i].map(({ warm }) => warm)))]),
      ...row(POLICIES, (i) => [`${POLICIES[i]}, whole run`, round1(median(ours[i].map(({ whole }) => whole)))]),
    });
  }
  return rows;
}

/** Returns a cell for each element of `list`. */
function row(list: readonly unknown[], cell: (i: number) => readonly [string, number]): Row {
  return Object.fromEntries(list.map((_, i) => cell(i)));
}

function tell(what: string): void {
  process.stderr.write(`${what}…\n`);
}

function append(value: string, all: readonly string[]): string[] {
  return [...all, value];
}

function parseRounds(text: string): number {
  const n = Number(text);
  if (!Number.isInteger(n) || n < 1) throw new InvalidArgumentError('it must be a whole number from 1.');
  return n;
}

function round1(x: number): number {
  return Math.round(x * 10) / 10;
}

function round2(x: number): number {
  return Math.round(x * 100) / 100;
}
