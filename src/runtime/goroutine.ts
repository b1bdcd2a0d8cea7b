/**
 * Goroutines: making them, their frames, and what a step may answer.
 *
 * A goroutine's program is a list of steps in the text segment. A step runs to its end on one
 * M and returns which step comes next; whatever must live longer is in the goroutine's frame
 * (slots, which are roots) or its ints. A frame is
 *
 *     | saved fp | return pc | slot 0 | slot 1 | …        <- sp
 *                            ^ fp
 *
 * What lies above sp is dead and not scanned.
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
import { movePointers } from '../heap/write-pointer.ts';
import { stackSize, stackalloc, stackfree } from '../malloc/stack.ts';
import { SCHED, SCHED_LOCK, Sched } from '../machine/sched.ts';

/**
 * A piece of a goroutine's program.
 * @param mp the M that runs it
 * @param gp the goroutine
 * @param text the text segment, for steps that call others
 * @returns what to do next: a pc, or one of goexit, yieldTo, parkAt
 */
export type Step = (m: Mem, mp: MRef, gp: GRef, text: readonly Step[]) => number;

/** The goroutine is finished. */
export const GOEXIT = -1;
const YIELD = 1;
const PARK = 2;

/** Answer of a step: let others run, then go on at `pc`. */
export function yieldTo(pc: number): number {
  return ~((pc << 2) | YIELD);
}

/** Answer of a step: sleep until readied, then go on at `pc`. */
export function parkAt(pc: number): number {
  return ~((pc << 2) | PARK);
}

/** For the scheduler: does this negative answer ask to be parked? */
export function isPark(answer: number): boolean {
  return (~answer & 3) === PARK;
}

/** Does this negative answer ask to let others run? */
export function isYield(answer: number): boolean {
  return (~answer & 3) === YIELD;
}

/** For the scheduler: where a yielding or parking goroutine goes on. */
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
 * A new goroutine, runnable but on no queue yet.
 * @param base index in the text segment of its program's step 0
 * @param pc step to begin with
 * @param slots pointer slots of its first frame, all nil
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
  Atomics.store(m, gp + XSTATUS, G_STATUS.runnable);
  return gp;
}

/** Gives the record and the stack of a finished goroutine back. */
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
 * Go's copystack: the goroutine gets a stack with room for `words` words, the smallest that
 * is twice as large as often as it takes, and its frames move there.
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

/** The frames have moved by `by` words; each knows where the one below it is. */
function moveFrames(m: Mem, gp: GRef, by: number): void {
  m[gp + SP] += by;
  m[gp + FP] += by;
  const toSaved = FRAME_HEADER * m[PTR_WORDS];
  for (let fp = m[gp + FP]; m[fp - toSaved] !== 0; fp = m[fp - toSaved]) m[fp - toSaved] += by;
}

/**
 * Answer of a step: call `pc` with a new frame of `slots` nil slots; when that returns, the
 * caller goes on at `returnPc`. The frames may move: refs of slots are of no use any more.
 */
export function call(m: Mem, gp: GRef, pc: number, slots: number, returnPc: number): number {
  pushFrame(m, m[gp + G_M], gp, slots, returnPc);
  return pc;
}

/** Answer of a step: drop the frame and go on where its caller said; the first frame ends the goroutine. */
export function ret(m: Mem, gp: GRef): number {
  const pw = m[PTR_WORDS];
  const header = m[gp + FP] - FRAME_HEADER * pw;
  if (header < m[gp + STACK]) fatal('RETURN_WITHOUT_FRAME', { g: m[gp + ID] });
  const returnPc = m[header + pw];
  m[gp + SP] = header;
  m[gp + FP] = m[header];
  return returnPc;
}

/** Ref of slot `i` of the running frame. */
export function slotAt(m: Mem, gp: GRef, i: number): Ref {
  return m[gp + FP] + i * m[PTR_WORDS];
}

/** A frame of a goroutine that doesn't run. */
export interface Frame {
  /** Its first slot, and the word past its last. */
  readonly fp: Ref;
  readonly end: Ref;
  /** The step of the program that goes on there. */
  readonly pc: number;
}

/** All frames of `gp`, the running one first. */
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
