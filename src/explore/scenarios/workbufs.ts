/** Work buffers: Ms share, hand off and wait for work, until none is left. */
import { CONFIG, Config } from '../../memory/config.ts';
import { LFStack } from '../../sync/lfstack.ts';
import { EMPTY, FULL, WORK, Work } from '../../gc/work.ts';
import { runAlone } from '../alone.ts';
import type { Core } from '../load.ts';
import { bootWithoutHeap, noHeapShape, ownWord, perThread } from './no-heap.ts';
import { FANOUT, WORK_WORDS } from './programs/workbufs.ts';
import type { Operations } from './operation.ts';
import { procsKnob, type Knobs, type Prepared, type Scenario, type Setting } from './scenario.ts';

/** Seeds are the roots of disjoint trees. The first tree is the largest; Ms without a seed get work from it. */
const SEEDS: Operations = [[['seed', 2], ['seed', 3]], [['seed', 4]], [], []];

function shape(knobs: Knobs) {
  return noHeapShape(knobs, { workbufCap: knobs.cap, ptrBufCap: 2, handoffThreshold: knobs.threshold });
}

function sharedWork(name: string, summary: string, procs: readonly number[], thresholds: readonly number[], largest: readonly number[]): Scenario {
  return {
    name,
    summary,
    knobs: [
      procsKnob(...procs),
      { name: 'cap', summary: 'entries of a work buffer', values: [4, 2, 3] },
      { name: 'threshold', summary: 'entries above which work is handed off to a waiting M', values: thresholds },
      { name: 'largest', summary: 'the largest entry', values: largest },
    ],
    shape,
    operations: (knobs) => SEEDS.slice(0, knobs.procs),
    prepare,
  };
}

function prepare(core: Core, { knobs, operations }: Setting): Prepared {
  const reachable = entriesFrom(operations.flatMap((own) => own.map(([, seed]) => seed)), knobs.largest);
  const template = bootWithoutHeap(core, shape(knobs));
  runAlone(core, core.buildWorkbufs(template, knobs.procs, knobs.largest, reachable.length));
  return perThread(
    knobs,
    template,
    (m, i) => core.runWorkbufs(m, i, operations[i]),
    (m) => checkSeen(m, reachable) || checkBuffers(m),
  );
}

function entriesFrom(seeds: readonly number[], largest: number): number[] {
  return seeds.filter((v) => v <= largest).flatMap((v) => [v, ...entriesFrom(Array.from({ length: FANOUT }, (_, i) => FANOUT * v - 1 + i), largest)]);
}

function checkSeen(m: Int32Array, entries: readonly number[]): string {
  const missing = entries.filter((v) => m[ownWord(m, WORK_WORDS.entry + v)] !== 1);
  return missing.length === 0 ? '' : `WORK_LOST: entries ${missing.join(', ')} were never seen`;
}

/** No M holds a buffer, so each is on `empty` exactly once. */
function checkBuffers(m: Int32Array): string {
  if (m[FULL] !== 0) return 'WORK_LEFT: all Ms have left, and `full` holds a buffer';
  const made = m[WORK + Work.at.nbufs];
  const idMask = 2 ** m[CONFIG + Config.at.lfstackIdBits] - 1;
  const found: number[] = [];
  for (let head = m[EMPTY]; head !== 0 && found.length <= made; head = m[m[EMPTY + LFStack.at.base] + found.at(-1)! * m[EMPTY + LFStack.at.stride]]) {
    found.push((head & idMask) - 1);
  }
  return found.length === made ? '' : `WORKBUF_LEAKED: of ${made} buffers made ${found.length} are on \`empty\``;
}

export const workbufs = sharedWork('workbufs', 'Ms get, put and hand off work buffers, and leave when there is no work', [3, 2, 4], [2, 1], [22, 13, 4]);
export const workbufsEnd = sharedWork('workbufs-end', 'the same with little work, so that an M is often about to leave', [2, 3, 4], [1, 2], [10, 22, 4]);
