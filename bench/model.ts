/**
 * `node dist/bench/model.js [machine] [graph … | HEAP]`: measured and predicted mark times for one and two threads, of all graphs, of some, or of a
 * heap dump. The default machine is this one, if it was calibrated.
 */
import { availableParallelism } from 'node:os';
import { openMachine } from '../src/cli/machine-file.ts';
import { MARK_POLICIES, MARK_SIZES, measureMarks, type MarkSize } from '../src/model/calibrate/mark-loop.ts';
import { buildModelHeap } from '../src/model/heap.ts';
import { loadModelCore } from '../src/model/load.ts';
import { predictMark } from '../src/model/predict.ts';
import { openHeapFile } from '../src/workloads/heaps/open-heap.ts';

const RUNS = 15;
const words = process.argv.slice(2);
const graphs = MARK_SIZES.map(({ graph }) => graph);
const wanted = words.filter((word) => graphs.includes(word));
const dump = words.find((word) => /\.heapdump(\.gz)?$/.test(word));
const { machine } = openMachine(process.env, words.find((word) => !graphs.includes(word) && word !== dump));
const sizes: readonly MarkSize[] = dump === undefined
  ? MARK_SIZES.filter(({ graph }) => wanted.length === 0 || wanted.includes(graph))
  : [{ graph: 'collect', params: {}, image: await openHeapFile(dump, () => {}) }];
const threads = [1, 2, 4, 8, 16].filter((n) => n <= Math.max(2, availableParallelism()));
const core = await loadModelCore();
const rows: Record<string, string | number>[] = [];
for (const policy of MARK_POLICIES) {
  for (const size of sizes) {
    const times = await measureMarks(size, policy, threads, RUNS);
    const heap = await buildModelHeap({ workload: size.graph, params: size.params, image: size.image, policy, procs: Math.max(...threads) });
    for (const procs of threads) {
      const measured = times.get(procs)!;
      const { markNs } = predictMark({ core, machine, heap }, procs);
      rows.push({ graph: dump ?? size.graph, policy, threads: procs, 'measured ms': ms(measured), 'predicted ms': ms(markNs), ratio: Math.round((markNs / measured) * 100) / 100 });
    }
  }
}
console.table(rows);
const within = rows.filter(({ ratio }) => Math.abs(Math.log(ratio as number)) <= Math.log(1.15)).length;
console.log(`${machine.name}: ${within} of ${rows.length} within 15 %`);

function ms(ns: number): number {
  return Math.round(ns / 1e4) / 100;
}
