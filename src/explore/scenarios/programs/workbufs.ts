/**
 * The collector's work queues without marking. An entry is a number that leads to others, as an object points
 * to objects. Each is found once, so each must be seen exactly once.
 *
 *     v ---> 3v - 1, 3v, 3v + 1     up to a largest one; several trees, whose roots no entry leads to
 */
import type { Mem } from '../../../memory/struct.ts';
import { CONFIG, Config } from '../../../memory/config.ts';
import type { Ref } from '../../../memory/address.ts';
import { fatal } from '../../../base/fatal.ts';
import { mAt, type MRef } from '../../../machine/m.ts';
import { enqueue, refillWork } from '../../../gc/flush.ts';
import { ScanBuf, scanbufOf } from '../../../gc/scanbuf.ts';
import { NPROC, XNWAIT, enqueueRoot, getempty, objAt, workbufStruct, type WorkbufRef } from '../../../gc/work.ts';

const { wbuf: WBUF, nobj: NOBJ } = ScanBuf.at;
const { nobj: WORKBUF_NOBJ } = workbufStruct(1).at;

/** Entries that one entry leads to: v × 3 - 1 and the following ones. */
export const FANOUT = 3;

/** Words of the scenario: the largest entry, the number of unseen entries, then a count for each entry. */
export const WORK_WORDS = { largest: 0, left: 1, entry: 2 } as const;

function word(m: Mem, i: number): Ref {
  return m[CONFIG + Config.at.bss] + i;
}

/** Sets up the queues for `nproc` Ms, which will see `entries` entries. */
export function buildWorkbufs(m: Mem, nproc: number, largest: number, entries: number): void {
  m[NPROC] = nproc;
  Atomics.store(m, XNWAIT, 0);
  m[word(m, WORK_WORDS.largest)] = largest;
  Atomics.store(m, word(m, WORK_WORDS.left), entries);
}

/** As markroot and mark: works from each seed, then on any work until no M has any. */
export function runWorkbufs(m: Mem, index: number, operations: readonly (readonly [string, ...number[]])[]): void {
  const mp = mAt(m, index);
  for (const [, seed] of operations) drain(m, mp, enqueueRoot(m, mp, getempty(m, mp, 0), seed, 1, 0), false);
  drain(m, mp, 0, true);
  const left = Atomics.load(m, word(m, WORK_WORDS.left));
  if (left !== 0) fatal('LEFT_EARLY', { m: index, left });
}

/** As scanblock. */
function drain(m: Mem, mp: MRef, wbuf: WorkbufRef, keepworking: boolean): void {
  const sb = scanbufOf(mp);
  const largest = m[word(m, WORK_WORDS.largest)];
  m[sb + WBUF] = wbuf;
  m[sb + NOBJ] = wbuf === 0 ? 0 : m[wbuf + WORKBUF_NOBJ];
  for (;;) {
    if (m[sb + NOBJ] === 0 && !refillWork(m, mp, sb, keepworking)) return;
    const nobj = m[sb + NOBJ] - 1;
    m[sb + NOBJ] = nobj;
    const v = m[objAt(m[sb + WBUF], nobj)];
    if (v < 1 || v > largest) fatal('NO_ENTRY', { mp, holds: v });
    if (Atomics.add(m, word(m, WORK_WORDS.entry + v), 1) !== 0) fatal('ENTRY_SEEN_TWICE', { mp, entry: v });
    Atomics.sub(m, word(m, WORK_WORDS.left), 1);
    const first = FANOUT * v - 1;
    for (let next = first; next < first + FANOUT && next <= largest; next++) enqueue(m, mp, sb, next, 1, 0);
  }
}
