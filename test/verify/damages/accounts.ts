/** Damages to counters, statistics, specials and finalizers. */
import { CONFIG, Config } from '../../../src/memory/config.ts';
import { storePointer } from '../../../src/memory/pointer.ts';
import { pAt } from '../../../src/machine/p.ts';
import { Span } from '../../../src/heap/span.ts';
import { Special } from '../../../src/heap/special.ts';
import { FIN, Fin, FinBlock, finalizerAt } from '../../../src/malloc/finq.ts';
import { MCache, mcacheOf } from '../../../src/malloc/mcache-record.ts';
import { MCentral, mcentralAt } from '../../../src/malloc/mcentral.ts';
import { MSTATS, MStats } from '../../../src/malloc/mstats.ts';
import { SYS, Sys } from '../../../src/malloc/sys.ts';
import { CHECKPOINT } from '../../../src/gc/doorbell.ts';
import type { Damage } from './damage.ts';
import { keptBlock, isSmall, findSpan, freeSpan, freeBlocks, withSpecials, firstQueued, takeAway } from './memory.ts';

const { marked: MARKED, swept: SWEPT } = CHECKPOINT;
const { start: START, freelist: FREELIST } = Span.at;
const { specials: SPECIALS } = Span.at;
const C = CONFIG;

export const ACCOUNTS_DAMAGES: readonly Damage[] = [
  { code: 'MCENTRAL_NFREE', what: 'an mcentral counts one too many', point: SWEPT, apply: (m) => m[mcentralAt(7) + MCentral.at.nfree]++ },
  {
    code: 'FAULTED_REACHED', what: 'a global points to faulted memory', point: MARKED, with: ['FREE_SPANS_ADJACENT'],
    apply(m) {
      const s = takeAway(m);
      storePointer(m, m[CONFIG + Config.at.data], m[s + START] + 8);
    },
  },
  { code: 'SYS_BYTES', what: 'more bytes fault than the faulted spans have', point: SWEPT, apply: (m) => (m[SYS + Sys.at.faulted] += 8192) },
  { code: 'SYS_BYTES', what: 'more memory is unused than was released', point: SWEPT, apply: (m) => (m[SYS + Sys.at.unused] += 8192) },
  { code: 'SYS_BYTES', what: 'the system mapped more than all statistics count', point: SWEPT, apply: (m) => (m[SYS + Sys.at.mapped] += 64) },
  { code: 'HEAP_BYTES', what: 'idle bytes are wrong', point: SWEPT, apply: (m) => (m[MSTATS + MStats.at.heapIdle] += 8192) },
  { code: 'HEAP_ALLOC', what: 'heap_alloc is wrong', point: SWEPT, apply: (m) => m[MSTATS + MStats.at.heapAllocQ]++ },
  { code: 'NEXT_GC', what: 'next_gc is negative', point: SWEPT, apply: (m) => (m[MSTATS + MStats.at.xnextGcQ] = -1) },
  { code: 'NEXT_GC', what: 'next_gc did not decrease', point: SWEPT, history: true, apply: (m) => (m[MSTATS + MStats.at.xnextGcQ] += 2000) },
  { code: 'NEXT_GC', what: 'sweepers subtracted too much from the live bytes', point: SWEPT, history: true, apply: (m) => (m[MSTATS + MStats.at.xliveQ] -= 4) },
  { code: 'HEAP_MARKED', what: 'heapMarked is of another moment', point: SWEPT, history: true, apply: (m) => (m[MSTATS + MStats.at.heapMarkedQ] += 4) },
  { code: 'PAUSES', what: 'a pause counts twice', point: SWEPT, apply: (m) => (m[MSTATS + MStats.at.pauseTotalNs] += 1000) },
  { code: 'PAUSES', what: 'lastGc is of another cycle', point: SWEPT, apply: (m) => m[MSTATS + MStats.at.lastGc]++ },
  { code: 'MEMSTATS', what: 'objects were counted twice', point: SWEPT, apply: (m) => m[MSTATS + MStats.at.heapObjects]++ },
  { code: 'SWEEP_COUNT', what: 'a sweep freed one block more', point: SWEPT, history: true, apply: (m) => m[mcacheOf(pAt(m, 1)) + MCache.at.localNsmallfree + 4]++ },
  { code: 'COUNTER_NEGATIVE', what: 'the small frees of a P are negative', point: SWEPT, apply: (m) => (m[mcacheOf(pAt(m, 1)) + MCache.at.localNsmallfree + 5] = -1) },
  { code: 'COUNTER_NEGATIVE', what: 'tiny allocations are negative', point: SWEPT, apply: (m) => (m[mcacheOf(pAt(m, 1)) + MCache.at.localTinyallocs] = -1) },
  {
    code: 'SYS_BYTES', what: 'bytes of gcSys count as mspanSys', point: SWEPT,
    apply(m) {
      m[MSTATS + MStats.at.gcSys] -= 64;
      m[MSTATS + MStats.at.mspanSys] += 64;
    },
  },
  {
    code: 'PERSISTENT_BOUNDS', what: 'the persistent region is overrun', point: SWEPT,
    apply(m) {
      const past = m[C + Config.at.persistentEnd] + 16;
      m[MSTATS + MStats.at.otherSys] += (past - m[SYS + Sys.at.low]) * 4;
      m[SYS + Sys.at.mapped] += (past - m[SYS + Sys.at.low]) * 4;
      m[SYS + Sys.at.low] = past;
    },
  },
  {
    code: 'SPECIALS_ORDER', what: 'two specials are for the same byte', point: SWEPT,
    apply(m) {
      const x = m[withSpecials(m, 2) + SPECIALS];
      m[x + Special.at.offset] = m[m[x] + Special.at.offset];
    },
  },
  { code: 'SPECIAL_OFFSET', what: 'a special is of no known kind', point: SWEPT, apply: (m) => (m[m[withSpecials(m, 1) + SPECIALS] + Special.at.kind] = 7) },
  {
    code: 'SPECIAL_ON_FREE_BLOCK', what: 'a special is for a free block', point: SWEPT,
    apply(m) {
      const s = findSpan(m, (x) => isSmall(m, x) && m[x + SPECIALS] !== 0 && m[x + FREELIST] !== 0);
      let last = m[s + SPECIALS];
      while (m[last] !== 0) last = m[last];
      const free = Math.max(...freeBlocks(m, s));
      m[last + Special.at.offset] = Math.max((free - m[s + START]) * 4, m[last + Special.at.offset]);
      if (m[last + Special.at.offset] !== (free - m[s + START]) * 4) m[(m[s + SPECIALS] = last) + Special.at.offset] = (free - m[s + START]) * 4;
    },
  },
  { code: 'SPECIAL_ON_FREE_BLOCK', what: 'a free span has specials', point: SWEPT, apply: (m) => (m[freeSpan(m) + SPECIALS] = m[withSpecials(m, 1) + SPECIALS]) },
  {
    code: 'SPECIAL_COUNT', what: 'a special is lost', point: SWEPT,
    apply(m) {
      const s = withSpecials(m, 1);
      m[s + SPECIALS] = m[m[s + SPECIALS]];
    },
  },
  { code: 'FINALIZER_COUNT', what: 'a finalizer is lost', point: SWEPT, apply: (m) => m[FIN + Fin.at.queued]++ },
  {
    code: 'FINALIZER_OF_FREE_BLOCK', what: 'a finalizer is pending for a free block', point: SWEPT,
    apply: (m) => (m[firstQueued(m)] = m[findSpan(m, (s) => isSmall(m, s) && m[s + FREELIST] !== 0) + FREELIST] << 2),
  },
  {
    code: 'FINALIZER_SLOT_DIRTY', what: 'an entry that ran is not clear', point: SWEPT,
    apply: (m) => (m[finalizerAt(m[FIN + Fin.at.finq], m[m[FIN + Fin.at.finq] + FinBlock.at.cnt])] = keptBlock << 2),
  },
  { code: 'FINBLOCK_LISTS', what: 'a block is queued and free', point: SWEPT, apply: (m) => (m[FIN + Fin.at.finc] = m[FIN + Fin.at.finq]) },
  { code: 'FINBLOCK_LISTS', what: 'a free block counts an entry', point: SWEPT, apply: (m) => (m[m[FIN + Fin.at.finc] + FinBlock.at.cnt] = 1) },
  {
    code: 'FINALIZER_WAKEUP_LOST', what: 'no wakeup of the finalizer goroutine is requested', point: SWEPT,
    apply(m) {
      m[FIN + Fin.at.fingwait] = 1;
      m[FIN + Fin.at.fingwake] = 0;
    },
  },
];
