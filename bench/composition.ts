/**
 * `node dist/bench/composition.js [heap file …]`: processor time and peak memory for finding out what a heap is made of: dominators,
 * retained sizes, paths and the document. Each heap is measured in a new process. Without a file, heaps of 3 M objects of
 * several shapes are made.
 */
import { execFileSync } from 'node:child_process';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { seedState, xorshift32 } from '../src/base/random.ts';
import { listOf } from '../src/base/large-arrays.ts';
import { dominatorTree } from '../src/composition/dominators.ts';
import { compose } from '../src/report/compose.ts';
import type { HeapGraph } from '../src/workloads/heaps/image.ts';
import { openHeapFile } from '../src/workloads/heaps/open-heap.ts';

const MB = 2 ** 20;
const OBJECTS = 3_000_000;

/** Calls `edge` for each reference of object `i`; `below(n)` is a random number below `n`. */
type Shape = (i: number, edge: (target: number) => void, below: (n: number) => number) => void;

const SHAPES: Readonly<Record<string, Shape>> = {
  list: (i, edge) => edge(i + 1),
  'list, linked twice': (i, edge) => {
    edge(i - 1);
    edge(i + 1);
  },
  tree: (i, edge) => {
    edge(2 * i + 1);
    edge(2 * i + 2);
  },
  // A child, and two references to anywhere.
  random: (i, edge, below) => {
    edge(i + 1 + below(8));
    edge(below(OBJECTS));
    edge(below(OBJECTS));
  },
  // A tree with references to nodes nearby, as programs have them.
  'tree with shortcuts': (i, edge, below) => {
    edge(2 * i + 1);
    edge(2 * i + 2);
    edge(Math.max(0, i - below(1000)));
  },
};

interface Figures {
  readonly objects: number;
  readonly references: number;
  readonly readMs: number;
  readonly dominatorsMs: number;
  readonly composeMs: number;
  readonly documentKB: number;
  readonly maxRss: number;
  readonly rssBefore: number;
}

const [first, ...rest] = process.argv.slice(2);
if (first === '--measure') process.stdout.write(JSON.stringify(await measure(rest[0])));
else {
  const heaps = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(SHAPES);
  console.table(heaps.map((heap) => {
    const { objects, references, readMs, dominatorsMs, composeMs, documentKB, maxRss, rssBefore } =
      JSON.parse(execFileSync(process.execPath, [fileURLToPath(import.meta.url), '--measure', heap], { encoding: 'utf8' })) as Figures;
    return {
      heap: basename(heap), objects, references, 'read or made, s': seconds(readMs), 'dominators, s': seconds(dominatorsMs), 'all, s': seconds(composeMs),
      'document, KB': Math.round(documentKB), 'before, MB': Math.round(rssBefore / MB), 'peak, MB': Math.round(maxRss / MB),
    };
  }));
}

async function measure(heap: string): Promise<Figures> {
  const started = cpuMs();
  const shape = SHAPES[heap];
  const graph = shape === undefined ? await openHeapFile(heap, undefined, true) : make(shape);
  const read = cpuMs();
  const rssBefore = process.memoryUsage().rss;
  const document = compose(graph, heap);
  const composed = cpuMs();
  const { maxRSS } = process.resourceUsage();
  dominatorTree(graph);
  return {
    objects: graph.objects, references: graph.edges, readMs: read - started, composeMs: composed - read, dominatorsMs: cpuMs() - composed,
    documentKB: JSON.stringify(document).length / 1024, maxRss: maxRSS * 1024, rssBefore,
  };
}

function make(shape: Shape): HeapGraph {
  let state = seedState(1);
  const below = (n: number): number => (state = xorshift32(state)) % n;
  const firstEdge = listOf(OBJECTS + 1);
  const targets = listOf(4 * OBJECTS);
  const sizes = listOf(OBJECTS);
  let edges = 0;
  let bytes = 0;
  const add = (target: number): void => {
    if (target >= 0 && target < OBJECTS) targets[edges++] = target;
  };
  for (let i = 0; i < OBJECTS; i++) {
    sizes[i] = 16 * (1 + (i % 7));
    bytes += sizes[i];
    firstEdge[i] = edges;
    shape(i, add, below);
  }
  firstEdge[OBJECTS] = edges;
  return { objects: OBJECTS, edges, bytes, sizes, firstEdge, targets: targets.subarray(0, edges), roots: Uint32Array.of(0) };
}

/** Returns the processor's time that this process has taken, which depends little on the load of the machine. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function seconds(ms: number): number {
  return Number((ms / 1000).toPrecision(3));
}
