/**
 * `node dist/bench/published.js HEAP [copies] [loop …]`: compares pauses that Go published for two Xeon E5-2690 with predictions for that machine
 * on a heap of syntax trees. docs/explanation/model.md discusses them. A copy takes about 10 s for each row.
 */
import { buildModelHeap } from '../src/model/heap.ts';
import { E5_2690_X2 } from '../src/model/e5-2690x2.ts';
import { loadModelCore } from '../src/model/load.ts';
import type { Pin } from '../src/model/placement.ts';
import { predictMark } from '../src/model/predict.ts';
import { policyFor, type MachineTuning } from '../src/run/tuning.ts';
import { copiesOf } from '../src/workloads/heaps/copies.ts';
import { openHeapFile } from '../src/workloads/heaps/open-heap.ts';

/** The benchmark `garbage` in Go's change 123920043, August 2014: threads, their places, and gc-pause-one in ms. */
const PUBLISHED: readonly (readonly [threads: number, pin: Pin, pauseMs: number])[] = [
  [1, 'compact', 546.794], [2, 'compact', 331.116], [4, 'compact', 174.543], [8, 'compact', 158.681],
  [16, 'compact', 75.426], [16, 'scatter', 56.631], [32, 'scatter', 48.945],
];
/** The faithful loop of Go 1.3, and the settings that are closest to the collector of that change, with plain stores and with CAS. */
const AS_CHANGED: MachineTuning = { prefetch: 8, workbuf: 509 };
const LOOPS: Readonly<Record<string, MachineTuning>> = {
  'go1.3': {},
  'as changed, byte': { ...AS_CHANGED, mark: 'byte' },
  'as changed, cas': { ...AS_CHANGED, mark: 'cas' },
};

const [path, copies = '1', ...loops] = process.argv.slice(2);
if (path === undefined) throw new Error('name a heap file: node dist/bench/published.js HEAP [copies] [loop …]');
const image = copiesOf(await openHeapFile(path, () => {}), Number(copies));
const core = await loadModelCore();
let oneMs = 0;
const rows: Record<string, string | number>[] = [];
for (const [loop, tuning] of Object.entries(LOOPS)) {
  if (loops.length > 0 && !loops.includes(loop)) continue;
  const heap = await buildModelHeap({ workload: 'collect', image, policy: policyFor({ tuning }), tuning, procs: 32 });
  for (const [threads, pin, publishedMs] of PUBLISHED) {
    // One thread of Go marks with plain stores, the lab's loop as several do. So the row of plain stores is the base of both.
    if (threads === 1 && tuning.mark === 'cas') continue;
    const ms = predictMark({ core, machine: E5_2690_X2, heap, pin }, threads).markNs / 1e6;
    if (threads === 1) oneMs = ms;
    const [speedup, published] = [oneMs / ms, PUBLISHED[0][2] / publishedMs];
    rows.push({ loop, threads, pin, 'published ms': publishedMs, 'predicted ms': rounded(ms), published: rounded(published), predicted: rounded(speedup), ratio: rounded(speedup / published) });
    console.error(`${loop}, ${threads} threads, ${pin}: ${rounded(ms)} ms, ${rounded(speedup)}, ratio ${rounded(speedup / published)}`);
  }
}
console.table(rows);

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
