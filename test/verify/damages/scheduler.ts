/** Damages to the work of the mark phase, stacks, goroutines, channels and the stopped world. */
import { CONFIG, Config } from '../../../src/memory/config.ts';
import { G, G_STATUS } from '../../../src/machine/g.ts';
import { M, mAt } from '../../../src/machine/m.ts';
import { P, P_STATUS, RUNQ_CAP, pAt } from '../../../src/machine/p.ts';
import { SCHED, Sched } from '../../../src/machine/sched.ts';
import { SudoG } from '../../../src/machine/sudog.ts';
import { LFStack } from '../../../src/sync/lfstack.ts';
import { MARKFOR, ParFor } from '../../../src/sync/parfor.ts';
import { HCHAN_WORDS, Hchan } from '../../../src/heap/hchan.ts';
import { SPAN_STATE, Span } from '../../../src/heap/span.ts';
import { MCache, mcacheOf } from '../../../src/malloc/mcache-record.ts';
import { MCentral, mcentralAt } from '../../../src/malloc/mcentral.ts';
import { MHEAP_LOCK } from '../../../src/malloc/mheap.ts';
import { MSTATS, MStats } from '../../../src/malloc/mstats.ts';
import { SWEEP, Sweep } from '../../../src/malloc/sweep.ts';
import { CHECKPOINT } from '../../../src/gc/doorbell.ts';
import { ScanBuf, scanbufOf } from '../../../src/gc/scanbuf.ts';
import { EMPTY, FULL, WORK, Work } from '../../../src/gc/work.ts';
import type { Damage } from './damage.ts';
import { freeSpan, findSpan, parkedG, selectingG, sudogOf, chanOf, pretendTwoMarked } from './memory.ts';

const { marked: MARKED, swept: SWEPT } = CHECKPOINT;
const { freelist: FREELIST, state: STATE } = Span.at;
const C = CONFIG;

export const SCHEDULER_DAMAGES: readonly Damage[] = [
  {
    code: 'WORKBUF_LOST', what: 'a workbuf is on no stack', point: MARKED,
    apply(m) {
      const id = m[EMPTY + LFStack.at.xhead] & ((1 << m[C + Config.at.lfstackIdBits]) - 1);
      m[EMPTY + LFStack.at.xhead] = m[m[C + Config.at.workbufs] + (id - 1) * m[C + Config.at.workbufWords]];
    },
  },
  {
    code: 'WORKBUF_TWICE', what: 'a workbuf is linked to itself', point: MARKED, with: ['WORKBUF_LOST'],
    apply(m) {
      const id = m[EMPTY + LFStack.at.xhead] & ((1 << m[C + Config.at.lfstackIdBits]) - 1);
      m[m[C + Config.at.workbufs] + (id - 1) * m[C + Config.at.workbufWords]] = m[EMPTY + LFStack.at.xhead];
    },
  },
  {
    code: 'WORK_LEFT', what: 'work is left', point: MARKED,
    apply(m) {
      m[FULL + LFStack.at.xhead] = m[EMPTY + LFStack.at.xhead];
      m[EMPTY + LFStack.at.xhead] = 0;
    },
  },
  { code: 'SCANBUF_BUSY', what: 'an M still marks', point: MARKED, apply: (m) => (m[scanbufOf(mAt(m, 1)) + ScanBuf.at.busy] = 1) },
  { code: 'SCANBUF_BUSY', what: 'an M holds the front of a queue', point: MARKED, apply: (m) => (m[scanbufOf(mAt(m, 1)) + ScanBuf.at.front] = 16) },
  { code: 'SCANBUF_BUSY', what: 'an M holds an object to scan', point: MARKED, apply: (m) => (m[scanbufOf(mAt(m, 1)) + ScanBuf.at.nahead] = 1) },
  { code: 'SCANBUF_BUSY', what: 'an M holds an unwritten mark', point: MARKED, apply: (m) => (m[scanbufOf(mAt(m, 1)) + ScanBuf.at.pendingWord] = 1) },
  {
    code: 'MARK_NOT_ENDED', what: 'one M does not wait', point: MARKED,
    apply(m) {
      pretendTwoMarked(m);
      m[WORK + Work.at.xnwait] = 1;
    },
  },
  {
    code: 'ROOT_LEFT', what: 'a root job was not taken', point: MARKED,
    apply(m) {
      pretendTwoMarked(m);
      m[MARKFOR + ParFor.words] = 7 | (8 << 16);
    },
  },
  {
    code: 'STACK_PLACE', what: 'a goroutine claims a larger stack than it has', point: SWEPT, with: ['STACK_COUNT'],
    apply: (m) => (m[parkedG(m) + G.at.stackWords] *= 2),
  },
  {
    code: 'STACK_TWICE', what: "a P keeps a goroutine's stack", point: SWEPT,
    apply: (m) => (m[mcacheOf(pAt(m, 1)) + MCache.at.stackList] = m[parkedG(m) + G.at.stack]),
  },
  {
    code: 'STACKS_KEPT', what: 'a P keeps more stacks than it may', point: SWEPT, with: ['STACK_COUNT'],
    apply: (m) => (m[mcacheOf(pAt(m, 1)) + MCache.at.stackWords] = 2 * m[CONFIG + Config.at.stackCacheWords]),
  },
  {
    code: 'STACKS_KEPT', what: 'a P keeps a stack of the second order during marking', point: MARKED, with: ['STACK_COUNT'],
    apply: (m) => (m[mcacheOf(pAt(m, 1)) + MCache.at.stackWords + 1] = 2 * m[CONFIG + Config.at.stackMinWords]),
  },
  {
    code: 'STACKS_KEPT', what: 'a P keeps a stack during marking', point: MARKED, with: ['STACK_COUNT'],
    apply: (m) => (m[mcacheOf(pAt(m, 1)) + MCache.at.stackWords] = m[CONFIG + Config.at.stackMinWords]),
  },
  { code: 'STACK_COUNT', what: 'stacksInuse is wrong', point: SWEPT, apply: (m) => (m[MSTATS + MStats.at.stacksInuse] += 8192) },
  {
    code: 'STACK_COUNT', what: 'a free stack is lost', point: SWEPT,
    apply(m) {
      const s = findSpan(m, (x) => m[x + STATE] === SPAN_STATE.stack && m[x + FREELIST] !== 0);
      m[s + FREELIST] = m[m[s + FREELIST]];
    },
  },
  { code: 'G_STATUS', what: 'a goroutine runs', point: SWEPT, apply: (m) => (m[parkedG(m) + G.at.xstatus] = G_STATUS.running) },
  { code: 'G_STACK', what: 'a stack pointer is below its stack', point: SWEPT, apply: (m) => (m[parkedG(m) + G.at.sp] = m[parkedG(m) + G.at.stack] - 2) },
  { code: 'G_FRAMES', what: 'the first frame names a caller', point: SWEPT, apply: (m) => (m[m[parkedG(m) + G.at.stack]] = m[parkedG(m) + G.at.fp]) },
  { code: 'G_QUEUE', what: 'a runnable goroutine is on no queue', point: SWEPT, apply: (m) => (m[parkedG(m) + G.at.xstatus] = G_STATUS.runnable) },
  { code: 'G_OWNER', what: 'a goroutine names an M that does not run it', point: SWEPT, apply: (m) => (m[parkedG(m) + G.at.m] = mAt(m, 1)) },
  { code: 'RUNQ_CORRUPT', what: 'a local queue counts more goroutines than fit', point: SWEPT, apply: (m) => (m[pAt(m, 1) + P.at.xrunqtail] = m[pAt(m, 1) + P.at.xrunqhead] + RUNQ_CAP + 1) },
  { code: 'RUNQ_CORRUPT', what: 'the global queue counts one too many', point: SWEPT, apply: (m) => m[SCHED + Sched.at.runqsize]++ },
  { code: 'CHAN_QUEUE', what: 'a goroutine that waits on channels was selected', point: SWEPT, apply: (m) => (m[selectingG(m) + G.at.xselected] = 1) },
  { code: 'CHAN_QUEUE', what: 'a goroutine waits on no queue', point: SWEPT, apply: (m) => (m[sudogOf(m, true) + SudoG.at.queue] = 0) },
  { code: 'CHAN_QUEUE', what: 'a queue is empty that a goroutine waits on', point: SWEPT, apply: (m) => m.fill(0, chanOf(m, false) + Hchan.at.recvq, chanOf(m, false) + Hchan.at.recvq + 2) },
  { code: 'CHAN_QUEUE', what: 'a queue is a circle', point: SWEPT, apply: (m) => (m[m[chanOf(m, false) + Hchan.at.recvq + 1] + SudoG.at.link] = m[chanOf(m, false) + Hchan.at.recvq]) },
  { code: 'CHAN_QUEUE', what: 'a queue ends before its last', point: SWEPT, apply: (m) => (m[chanOf(m, false) + Hchan.at.recvq + 1] = m[chanOf(m, false) + Hchan.at.recvq]) },
  { code: 'CHAN_BUFFER', what: 'an index is off by one', point: SWEPT, apply: (m) => (m[chanOf(m, false) + Hchan.at.sendx] ^= 1) },
  { code: 'CHAN_BUFFER', what: 'a received element is not cleared', point: SWEPT, apply: (m) => (m[chanOf(m, false) + HCHAN_WORDS] = 4) },
  { code: 'CHAN_BUFFER', what: 'a full channel counts one too many', point: SWEPT, apply: (m) => m[chanOf(m, true)]++ },
  {
    code: 'CHAN_BUFFER', what: 'a goroutine waits to receive from a channel with an element', point: SWEPT,
    apply(m) {
      m[chanOf(m, false)]++;
      m[chanOf(m, false) + Hchan.at.sendx] += 1;
    },
  },
  { code: 'CHAN_BUFFER', what: 'a goroutine waits on a closed channel', point: SWEPT, apply: (m) => (m[chanOf(m, true) + Hchan.at.closed] = 1) },
  { code: 'WORLD_NOT_STOPPED', what: 'a P runs', point: SWEPT, apply: (m) => (m[pAt(m, 1) + P.at.xstatus] = P_STATUS.running) },
  { code: 'WORLD_NOT_STOPPED', what: 'worldsema is free', point: SWEPT, apply: (m) => (m[SCHED + Sched.at.xworldsema] = 1) },
  { code: 'IDLE_LIST', what: 'a sleeping M is on no list', point: SWEPT, apply: (m) => (m[SCHED + Sched.at.midle] = m[SCHED + Sched.at.nmidle] = 0) },
  { code: 'IDLE_LIST', what: 'a P is idle in a stopped world', point: SWEPT, apply: (m) => (m[SCHED + Sched.at.xnpidle] = 1) },
  { code: 'LOCK_HELD', what: 'mheap.lock is held', point: SWEPT, apply: (m) => (m[MHEAP_LOCK] = 2) },
  { code: 'LOCK_HELD', what: 'the lock of an mcentral is held', point: SWEPT, apply: (m) => (m[mcentralAt(3) + MCentral.at.lock] = 1) },
  { code: 'LOCK_HELD', what: 'the speciallock of a span is held', point: SWEPT, apply: (m) => (m[freeSpan(m) + Span.at.speciallock] = 1) },
  { code: 'LOCK_HELD', what: 'gclock is held', point: SWEPT, apply: (m) => (m[SWEEP + Sweep.at.lock] = 1) },
  { code: 'M_LOCKS', what: 'the collecting M counts a lock', point: SWEPT, apply: (m) => (m[mAt(m, 0) + M.at.locks] = 1) },
];
