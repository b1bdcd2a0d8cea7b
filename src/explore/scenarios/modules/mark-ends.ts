/**
 * Workers that look whether a mark is at its end, without a scheduler and without stores.
 *
 *     a slot of a running goroutine --> chain
 *     a global --> chain
 *
 * Each M marks small pieces until no work is in sight. The last M first ends the step of its goroutine, and so scans the stack; the
 * stack of a goroutine that waits is left to the M that takes its root job, or that runs it.
 * An M that finds the mark at its end must find everything marked: no other M holds work then, and no stack is left to scan.
 */
import type { Mem } from '../../../memory/struct.ts';
import { CONFIG, Config } from '../../../memory/config.ts';
import type { Ref } from '../../../memory/address.ts';
import { BIT_MARKED, bitsShift, bitsWord, markShift } from '../../../heap/bitmap.ts';
import { G, G_STATUS, gAt } from '../../../machine/g.ts';
import { mAt, type MRef } from '../../../machine/m.ts';
import { mallocgc } from '../../../malloc/malloc.ts';
import { beginMark, isMarking, markSome } from '../../../gc/collector.ts';
import { PROGRESS } from '../../../gc/collectors/descriptor.ts';
import { goroutineRests } from '../../../gc/collectors/concurrent/drain.ts';
import { goroutineRuns } from '../../../gc/collectors/concurrent/stacks.ts';
import { BARRIER, STACKS } from '../../../gc/collectors/concurrent/state.ts';
import { COLLECTOR } from '../../../gc/collectors/registry.ts';
import { newg } from '../../../runtime/goroutine.ts';
import { setGlobal, setSlot, storeWord } from '../../../runtime/mutator.ts';
import { runningGoroutine } from '../programs/running-goroutine.ts';
import type { ModulePerM } from '../module.ts';
import type { Knobs, Setting } from '../setting.ts';

/** Where the second chain hangs: on a global, or on the stack of a goroutine that waits, and that the last M is about to run. */
const SECOND = { onGlobal: 0, onWaiting: 1 } as const;
const BYTES = 64;
/** Blocks of each chain, and 32-bit words that an M scans at a time: less than a chain. */
const LENGTH = 2;
const PIECE = 16;
/** Pieces that an M marks at most. */
const PIECES = 4;
/** Words of the scenario among the globals: the blocks, as plain numbers; behind them the global that leads to a chain. */
const BLOCKS = 0;
const GLOBAL = LENGTH;
const NPROCS = CONFIG + Config.at.nprocs;

function word(m: Mem, i: number): Ref {
  return m[CONFIG + Config.at.bss] + i;
}

/** Makes a chain, and notes its blocks from number `first`. Returns its head. */
function chain(m: Mem, m0: MRef, first: number): Ref {
  let head = 0;
  for (let i = 0; i < LENGTH; i++) {
    const block = mallocgc(m, m0, BYTES, 0);
    if (head !== 0) storeWord(m, block, 0, head);
    m[word(m, BLOCKS + first + i)] = block;
    head = block;
  }
  return head;
}

function build(m: Mem, m0: MRef, { knobs }: Setting): void {
  runningGoroutine(m, m0, mAt(m, m[NPROCS] - 1), 1);
  setSlot(m, gAt(m, 0), 0, chain(m, m0, 0));
  const second = chain(m, m0, LENGTH);
  if (knobs.second === SECOND.onGlobal) setGlobal(m, GLOBAL, second);
  else {
    const gp = newg(m, m0, 0, 0, 1, false);
    setSlot(m, gp, 0, second);
    Atomics.store(m, gp + G.at.xstatus, G_STATUS.runnable);
  }
  beginMark(m, m0);
}

/** Returns the problem that this M has found, or ''. */
function run(m: Mem, index: number, _operations: unknown, { second }: Knobs): string {
  const mp = mAt(m, index);
  if (index === m[NPROCS] - 1) {
    goroutineRests(m, mp, gAt(m, 0));
    if (second === SECOND.onWaiting) {
      goroutineRuns(m, gAt(m, 1));
      goroutineRests(m, mp, gAt(m, 1));
    }
  }
  for (let i = 0; i < PIECES; i++) {
    if (markSome(m, mp, PIECE) === PROGRESS.none) return unmarked(m);
  }
  return '';
}

/** The mark is at its end: names a block that is not marked. */
function unmarked(m: Mem): string {
  for (let i = 0; i < 2 * LENGTH; i++) {
    const block = m[word(m, BLOCKS + i)];
    if ((Atomics.load(m, bitsWord(m, block) + 1) & (BIT_MARKED << markShift(bitsShift(m, block)))) === 0) return `ENDED_WITH_WORK: an M found the mark at its end, and block ${i} was not marked`;
  }
  return '';
}

/** The mark is still under way: an M that finds its end has yet to stop the world. */
function check(m: Mem, results: readonly unknown[]): string {
  if (!isMarking(m)) return 'MARK_OVER: the mark has ended in a running world';
  return (results as readonly string[]).find((problem) => problem !== '') ?? '';
}

export const MARK_ENDS = {
  name: 'mark-ends',
  summary: 'workers look for the end of a mark while others hold its last work, or scan the last stack',
  procs: [3, 2],
  knobs: [{ name: 'second', summary: '0 the second chain hangs on a global; 1 on the stack of a goroutine that waits', values: [SECOND.onWaiting, SECOND.onGlobal] }],
  shape: () => ({ dataWords: 2, bssWords: 8, collector: COLLECTOR.concurrent, barrier: BARRIER.hybrid, stacks: STACKS.once }),
  withoutOracle: true,
  build,
  run,
  check,
} satisfies ModulePerM;
