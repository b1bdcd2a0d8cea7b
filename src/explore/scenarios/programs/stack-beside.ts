/**
 * A stack that workers scan while its M wants to run it, without a scheduler.
 *
 *     a slot of the goroutine --> object --> child
 *
 *   1. A mark is under way. M 0 runs the goroutine for a step, which moves the only pointer to the
 *      object down from slot to slot. Then the goroutine rests.
 *   2. The other Ms are workers that come to the stack as a root job.
 *   3. The last M to finish marks what is left. If the stack counts as scanned, the object and its
 *      child must be marked.
 */
import type { Mem } from '../../../memory/struct.ts';
import type { Ref } from '../../../memory/address.ts';
import { CONFIG, Config } from '../../../memory/config.ts';
import { fatal } from '../../../base/fatal.ts';
import { BIT_MARKED, bitsShift, bitsWord, markShift } from '../../../heap/bitmap.ts';
import { G, G_STATUS } from '../../../machine/g.ts';
import { mAt, type MRef } from '../../../machine/m.ts';
import { mallocgc } from '../../../malloc/malloc.ts';
import { phaseChanged } from '../../../gc/collector.ts';
import { drain, goroutineRests, pushShaded } from '../../../gc/collectors/concurrent/drain.ts';
import { goroutineRuns, isDone, scanStackOf } from '../../../gc/collectors/concurrent/stacks.ts';
import { CONCURRENT, Concurrent, MARKING, MARK_PHASE } from '../../../gc/collectors/concurrent/state.ts';
import { FULL, getempty, putempty, workbufStruct } from '../../../gc/work.ts';
import { lfstackpush } from '../../../sync/lfstack.ts';
import { newg } from '../../../runtime/goroutine.ts';
import { getSlot, setSlot, storeWord } from '../../../runtime/mutator.ts';

const BYTES = 64;
/** Slots of the goroutine. A scan goes up, and the pointer comes down. */
const SLOTS = 8;
/** Words of the scenario. */
const FINISHED = 0;
const GOROUTINE = 1;
const OBJECT = 2;
const CHILD = 3;
const { nobj: NOBJ } = workbufStruct(1).at;

function word(m: Mem, i: number): Ref {
  return m[CONFIG + Config.at.bss] + i;
}

/** Makes the goroutine and the objects on M 0, and begins a mark whose only root is the stack. */
export function buildStackBeside(m: Mem, m0: MRef): void {
  const gp = newg(m, m0, 0, 0, SLOTS, false);
  const object = mallocgc(m, m0, BYTES, 0);
  const child = mallocgc(m, m0, BYTES, 0);
  storeWord(m, object, 0, child);
  setSlot(m, gp, SLOTS - 1, object);
  Atomics.store(m, gp + G.at.xstatus, G_STATUS.runnable);
  m[word(m, GOROUTINE)] = gp;
  m[word(m, OBJECT)] = object;
  m[word(m, CHILD)] = child;
  m[CONCURRENT + Concurrent.at.cycle] = 1;
  m[MARKING] = MARK_PHASE.mark;
  phaseChanged(m);
}

/** The part of M `index`. */
export function runStackBeside(m: Mem, index: number): void {
  const mp = mAt(m, index);
  const gp = m[word(m, GOROUTINE)];
  if (index === 0) {
    goroutineRuns(m, gp);
    for (let i = SLOTS - 1; i > 0; i--) {
      setSlot(m, gp, i - 1, getSlot(m, gp, i));
      setSlot(m, gp, i, 0);
    }
    goroutineRests(m, mp, gp);
  } else {
    const wbuf = scanStackOf(m, mp, gp, getempty(m, mp, 0));
    if (m[wbuf + NOBJ] === 0) putempty(m, mp, wbuf);
    else lfstackpush(m, FULL, wbuf);
  }
  if (Atomics.add(m, word(m, FINISHED), 1) !== m[CONFIG + Config.at.nprocs] - 1) return;
  pushShaded(m, mp);
  drain(m, mp, 1000);
  if (isDone(m, gp) && !(isMarked(m, m[word(m, OBJECT)]) && isMarked(m, m[word(m, CHILD)]))) fatal('STACK_NOT_SCANNED', { gp });
}

function isMarked(m: Mem, p: Ref): boolean {
  return (m[bitsWord(m, p) + 1] & (BIT_MARKED << markShift(bitsShift(m, p)))) !== 0;
}
