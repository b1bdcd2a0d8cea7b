/**
 * Goroutines: their records, frames and the results of steps.
 *
 * A goroutine's program is a list of steps in the text segment. A step runs to completion on one
 * M and returns the next step. State that outlives a step is in the goroutine's frame (slots,
 * which are roots) or in its ints. A frame is
 *
 *     | saved fp | return pc | slot 0 | slot 1 | …        <- sp
 *                            ^ fp
 *
 * Words above sp are dead and not scanned.
 */
import type { Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import type { Ref } from '../memory/address.ts';
import { clearWords } from '../memory/clear.ts';
import { storeWide } from '../memory/wide.ts';
import { fatal, outOfMemory } from '../base/fatal.ts';
import { lock, unlock } from '../sync/lock.ts';
import { FRAME_HEADER, G, G_STATUS, gAt, type GRef } from '../machine/g.ts';
import type { MRef } from '../machine/m.ts';
import { DOING } from '../sync/event-kinds.ts';
import { enter } from '../sync/events.ts';
import { hooksOf } from '../heap/collector-hooks.ts';
import { movePointers } from '../heap/write-pointer.ts';
import { stackSize, stackalloc, stackfree } from '../malloc/stack.ts';
import { SCHED, SCHED_LOCK, Sched } from '../machine/sched.ts';

/**
 * One step of a goroutine's program.
 * @param mp the M that runs it
 * @param gp the goroutine
 * @param text the text segment, for steps that call others
 * @returns the pc of the next step, GOEXIT, or a result of yieldTo or parkAt
 */
export type Step = (m: Mem, mp: MRef, gp: GRef, text: readonly Step[]) => number;

/** Result of a step: the goroutine ends. */
export const GOEXIT = -1;
const YIELD = 1;
const PARK = 2;

/** Result of a step: yield to other goroutines, then continue at `pc`. */
export function yieldTo(pc: number): number {
  return ~((pc << 2) | YIELD);
}

/** Result of a step: park until readied, then continue at `pc`. */
export function parkAt(pc: number): number {
  return ~((pc << 2) | PARK);
}

/** Does the negative result `answer` park the goroutine? */
export function isPark(answer: number): boolean {
  return (~answer & 3) === PARK;
}

/** Does the negative result `answer` yield? */
export function isYield(answer: number): boolean {
  return (~answer & 3) === YIELD;
}

/** Returns the pc at which a yielding or parking goroutine continues. */
export function pcOf(answer: number): number {
  return ~answer >> 2;
}

const { id: ID, pc: PC, base: BASE, xstatus: XSTATUS, m: G_M, schedlink: SCHEDLINK, stack: STACK, stackWords: STACK_WORDS, sp: SP, fp: FP } = G.at;
const { issystem: ISSYSTEM, isbackground: ISBACKGROUND, waitreason: WAITREASON, waitsince: WAITSINCE, ints: INTS, chanok: CHANOK } = G.at;
const GFREE = SCHED + Sched.at.gfree;
const ALLGLEN = SCHED + Sched.at.allglen;
const GOIDGEN = SCHED + Sched.at.goidgen;
const MAX_GS = CONFIG + Config.at.maxGs;
const MAX_STACK_WORDS = CONFIG + Config.at.stackWords;
const PTR_WORDS = CONFIG + Config.at.ptrWords;

/**
 * Makes a goroutine: runnable, on no queue yet.
 * @param base index in the text segment of its program's step 0
 * @param pc its first step
 * @param slots pointer slots of its first frame, all nil
 * @param system is it a goroutine of the runtime?
 * @throws Fatal OUT_OF_MEMORY if all goroutine records are in use, or the arena is full
 */
export function newg(m: Mem, mp: MRef, base: number, pc: number, slots: number, system: boolean): GRef {
  lock(m, mp, SCHED_LOCK);
  let gp = m[GFREE];
  if (gp !== 0) {
    m[GFREE] = m[gp + SCHEDLINK];
  } else {
    const index = m[ALLGLEN];
    if (index === m[MAX_GS]) {
      unlock(m, mp, SCHED_LOCK);
      outOfMemory('goroutines', { goroutines: index });
    }
    gp = gAt(m, index);
    m[ALLGLEN] = index + 1;
  }
  m[GOIDGEN]++;
  m[gp + ID] = m[GOIDGEN];
  unlock(m, mp, SCHED_LOCK);
  m[gp + BASE] = base;
  m[gp + PC] = pc;
  m[gp + G_M] = 0;
  m[gp + SCHEDLINK] = 0;
  m[gp + WAITREASON] = 0;
  storeWide(m, gp + WAITSINCE, 0);
  m[gp + ISSYSTEM] = system ? 1 : 0;
  m[gp + ISBACKGROUND] = 0;
  m[gp + CHANOK] = 0;
  m[gp + STACK] = 0;
  m[gp + STACK_WORDS] = 0;
  m[gp + SP] = 0;
  m[gp + FP] = 0;
  clearWords(m, gp + INTS, G.fields.ints.words);
  pushFrame(m, mp, gp, slots, GOEXIT);
  const { goroutineMade } = hooksOf(m);
  if (goroutineMade !== undefined) goroutineMade(m, gp);
  Atomics.store(m, gp + XSTATUS, G_STATUS.runnable);
  return gp;
}

/** Frees the record and the stack of a finished goroutine. Go's gfput. */
export function gfput(m: Mem, mp: MRef, gp: GRef): void {
  Atomics.store(m, gp + XSTATUS, G_STATUS.dead);
  stackfree(m, mp, m[gp + STACK], m[gp + STACK_WORDS]);
  m[gp + STACK] = 0;
  m[gp + STACK_WORDS] = 0;
  m[gp + SP] = 0;
  lock(m, mp, SCHED_LOCK);
  m[gp + SCHEDLINK] = m[GFREE];
  m[GFREE] = gp;
  unlock(m, mp, SCHED_LOCK);
}

/** Records that `mp` runs `gp`, by its goid; a goroutine of the runtime by its pc, as a negative number. */
export function enterGoroutine(m: Mem, mp: MRef, gp: GRef): void {
  enter(m, mp, DOING.mutator, m[gp + ISSYSTEM] === 0 ? m[gp + ID] : ~m[gp + PC]);
}

/** Pushes a frame of `slots` nil slots, growing the stack if it has no room. */
function pushFrame(m: Mem, mp: MRef, gp: GRef, slots: number, returnPc: number): void {
  const pw = m[PTR_WORDS];
  const words = (FRAME_HEADER + slots) * pw;
  if (m[gp + SP] + words > m[gp + STACK] + m[gp + STACK_WORDS]) growStack(m, mp, gp, m[gp + SP] - m[gp + STACK] + words);
  const header = m[gp + SP];
  const fp = header + FRAME_HEADER * pw;
  const sp = fp + slots * pw;
  clearWords(m, header, sp - header);
  m[header] = m[gp + FP];
  m[header + pw] = returnPc;
  m[gp + FP] = fp;
  m[gp + SP] = sp;
}

/**
 * Moves the frames of `gp` to a stack with room for `words` words: the smallest size that has
 * it, of those that double. Go's copystack.
 */
function growStack(m: Mem, mp: MRef, gp: GRef, words: number): void {
  if (words > m[MAX_STACK_WORDS]) outOfMemory('stack', { goroutine: m[gp + ID], words: m[MAX_STACK_WORDS] });
  const old = m[gp + STACK];
  const oldWords = m[gp + STACK_WORDS];
  const size = stackSize(m, words);
  const stack = stackalloc(m, mp, size);
  if (stack === 0) outOfMemory('stacks', { goroutine: m[gp + ID], words: size });
  m[gp + STACK] = stack;
  m[gp + STACK_WORDS] = size;
  if (old === 0) {
    m[gp + SP] = stack;
    return;
  }
  movePointers(m, stack, old, m[gp + SP] - old);
  moveFrames(m, gp, stack - old);
  stackfree(m, mp, old, oldWords);
}

/** Adds `by` words to sp, fp and every saved fp of `gp`, whose frames have moved. */
function moveFrames(m: Mem, gp: GRef, by: number): void {
  m[gp + SP] += by;
  m[gp + FP] += by;
  const toSaved = FRAME_HEADER * m[PTR_WORDS];
  for (let fp = m[gp + FP]; m[fp - toSaved] !== 0; fp = m[fp - toSaved]) m[fp - toSaved] += by;
}

/**
 * Result of a step: call `pc` with a new frame of `slots` nil slots; the caller continues at
 * `returnPc`. The frames may move, so refs of slots taken before are invalid.
 */
export function call(m: Mem, gp: GRef, pc: number, slots: number, returnPc: number): number {
  pushFrame(m, m[gp + G_M], gp, slots, returnPc);
  return pc;
}

/** Result of a step: pop the frame and continue at its return pc; that of the first frame ends the goroutine. */
export function ret(m: Mem, gp: GRef): number {
  const pw = m[PTR_WORDS];
  const header = m[gp + FP] - FRAME_HEADER * pw;
  if (header < m[gp + STACK]) fatal('RETURN_WITHOUT_FRAME', { g: m[gp + ID] });
  const returnPc = m[header + pw];
  m[gp + SP] = header;
  m[gp + FP] = m[header];
  return returnPc;
}

/** Returns the ref of slot `i` of the running frame. */
export function slotAt(m: Mem, gp: GRef, i: number): Ref {
  return m[gp + FP] + i * m[PTR_WORDS];
}

/** A frame of a goroutine that is not running. */
export interface Frame {
  /** Ref of its first slot. */
  readonly fp: Ref;
  /** Ref of the word past its last slot. */
  readonly end: Ref;
  /** The step at which it continues. */
  readonly pc: number;
}

/** Returns all frames of `gp`, the innermost first. */
export function framesOf(m: Mem, gp: GRef): Frame[] {
  const header = FRAME_HEADER * m[PTR_WORDS];
  const frames: Frame[] = [];
  let pc = m[gp + PC];
  let end = m[gp + SP];
  for (let fp = m[gp + FP]; fp !== 0; fp = m[fp - header]) {
    frames.push({ fp, end, pc });
    pc = m[fp - header + m[PTR_WORDS]];
    end = fp - header;
  }
  return frames;
}
