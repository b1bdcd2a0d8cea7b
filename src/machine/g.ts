/**
 * G: a goroutine. Its program is made of steps (functions in the text segment); between
 * two steps it can be descheduled, stolen and resumed by another P, so everything it
 * knows lies here and on its stack.
 */
import { atCreation, ownedBy, protocol } from '../memory/guardian.ts';
import { atomic, by, part, struct, type Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import { inRegion } from '../memory/regions.ts';
import type { Ref } from '../memory/address.ts';
import { MAX_CASES, SudoG, type SudoGRef } from './sudog.ts';

export type GRef = Ref;

export const G_STATUS = { idle: 0, runnable: 1, running: 2, syscall: 3, waiting: 4, dead: 6 } as const;

/** Why a goroutine waits; the words are Go's `waitreason`, but for the last, of one that a workload prepares. */
export const WAIT_REASONS = ['', 'garbage collection', 'GC sweep wait', 'finalizer wait', 'semacquire', 'sleep', 'preempted', 'chan', 'not started'] as const;
export const WAIT = { none: 0, gc: 1, sweep: 2, finalizer: 3, semaphore: 4, sleep: 5, preempted: 6, chan: 7, prepared: 8 } as const;

const OWNER = ownedBy('G');

/** How many integers a goroutine keeps beside its stack; never scanned. */
export const G_INTS = 32;

export const G = struct('g', 128, {
  /** Readers other than the owner look at it with the world stopped. */
  xstatus: atomic('the M that runs it, the M that readies it, the collector'),
  id: by(atCreation('under sched.lock')),
  /** Step to run next, counted from `base`, where its program starts in the text segment. */
  pc: by(OWNER),
  base: by(atCreation()),
  m: by(OWNER),
  schedlink: by(protocol('guardian of the queue that it is on')),
  waitreason: by(OWNER),
  waitsince: by(ownedBy('G', 'in a stopped world the collecting M'), 2),
  issystem: by(atCreation()),
  isbackground: by(OWNER),
  /** First word of its stack, and how many it has; 0 when it is dead. */
  stack: by(OWNER),
  stackWords: by(OWNER),
  /** First word past its frames: what lies at and above is dead. */
  sp: by(OWNER),
  /** First slot of the running frame. */
  fp: by(OWNER),
  /** Scratch numbers of the program. */
  ints: by(OWNER, G_INTS),
  /** What its last receive got was sent, and not the zero of a closed channel. */
  chanok: by(ownedBy('G', 'the M that wakes it')),
  /** SudoGs in use: the channels it waits on, in the order of their addresses. */
  nwaits: by(ownedBy('G', 'the M that wakes it')),
  /** 1: of the channels it waits on, one has let it go. */
  xselected: atomic('its M clears it before it waits; an M that takes it off a queue sets it'),
  sudogs: part('sudog', MAX_CASES * SudoG.words),
});

/** Pointer-sized words before the slots of a frame: the caller's frame, and its return pc. */
export const FRAME_HEADER = 2;

inRegion(G, 'gs', { label: 'goroutine record ', count: 'maxGs' });

const GS = CONFIG + Config.at.gs;
const { sudogs: SUDOGS } = G.at;

/** The `index`-th goroutine record ever made: allg[index]. */
export function gAt(m: Mem, index: number): GRef {
  return m[GS] + index * G.words;
}

/** The `i`-th SudoG of `gp`. */
export function sudogAt(gp: GRef, i: number): SudoGRef {
  return gp + SUDOGS + i * SudoG.words;
}
