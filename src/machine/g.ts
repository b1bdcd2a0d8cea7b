/**
 * G: a goroutine. Its program consists of steps, functions in the text segment. Between two
 * steps a goroutine can be descheduled, stolen and resumed by another P, so all its state is
 * in this record and on its stack.
 */
import { atCreation, ownedBy, protocol } from '../memory/guardian.ts';
import { atomic, by, part, struct, type Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import { inRegion } from '../memory/regions.ts';
import type { Ref } from '../memory/address.ts';
import { MAX_CASES, SudoG, type SudoGRef } from './sudog.ts';

export type GRef = Ref;

export const G_STATUS = { idle: 0, runnable: 1, running: 2, syscall: 3, waiting: 4, dead: 6 } as const;

/** Why a goroutine waits, in the words of Go's `waitreason`; 'not started' is of a goroutine that a workload prepares. */
export const WAIT_REASONS = ['', 'garbage collection', 'GC sweep wait', 'finalizer wait', 'semacquire', 'sleep', 'preempted', 'chan', 'not started', 'GC assist wait', 'GC worker (idle)'] as const;
/** Why a goroutine waits: the index of a word in WAIT_REASONS. */
export const WAIT = { none: 0, gc: 1, sweep: 2, finalizer: 3, semaphore: 4, sleep: 5, preempted: 6, chan: 7, prepared: 8, assist: 9, worker: 10 } as const;

const OWNER = ownedBy('G');

/** Integers that a goroutine keeps in its record; never scanned. */
export const G_INTS = 32;

export const G = struct('g', 128, {
  /** One of G_STATUS. Other Ms than its own read it with the world stopped. */
  xstatus: atomic('the M that runs it, the M that readies it, the collector'),
  /** Its number, never reused. */
  id: by(atCreation('under sched.lock')),
  /** The step to run next, counted from `base`. */
  pc: by(OWNER),
  /** The first step of its program in the text segment. */
  base: by(atCreation()),
  /** The M that runs it, 0 for none. */
  m: by(OWNER),
  /** The next goroutine on its queue. */
  schedlink: by(protocol('guardian of the queue that it is on')),
  /** One of WAIT. */
  waitreason: by(OWNER),
  /** Since when it waits, ns; 0 until a collection finds it waiting. */
  waitsince: by(ownedBy('G', 'in a stopped world the collecting M'), 2),
  /** 1: the runtime's own. */
  issystem: by(atCreation()),
  /** 1: the deadlock check ignores it. */
  isbackground: by(OWNER),
  /** First word of its stack; 0 when it is dead. */
  stack: by(OWNER),
  /** Words of its stack. */
  stackWords: by(OWNER),
  /** First word past its frames: the words from here on are dead. */
  sp: by(OWNER),
  /** First slot of the running frame. */
  fp: by(OWNER),
  /** Integers of the program. */
  ints: by(OWNER, G_INTS),
  /** 1: its last receive got a sent element, 0: the zero of a closed channel. */
  chanok: by(ownedBy('G', 'the M that wakes it')),
  /** SudoGs in use, one for each channel it waits on, in the order of the channels' addresses. */
  nwaits: by(ownedBy('G', 'the M that wakes it')),
  /** 1: one of the channels it waits on has selected it. */
  xselected: atomic('its M clears it before it waits; an M that takes it off a queue sets it'),
  /** With the collector concurrent, what has become of its stack in the present mark; see gc/collectors/concurrent/stacks.ts. */
  xscan: atomic('the M that claims the stack'),
  /** What it has allocated in this mark and not paid for by scan work, as a negative number of quads; see gc/pacer/debt.ts. */
  assistQ: by(OWNER),
  sudogs: part('sudog', MAX_CASES * SudoG.words),
});

/** Pointer-sized words before the slots of a frame: the caller's frame and the return pc. */
export const FRAME_HEADER = 2;

inRegion(G, 'gs', { label: 'goroutine record ', count: 'maxGs' });

const GS = CONFIG + Config.at.gs;
const { sudogs: SUDOGS } = G.at;

/** Returns allg[index], the goroutine record that was made as number `index`. */
export function gAt(m: Mem, index: number): GRef {
  return m[GS] + index * G.words;
}

/** Returns SudoG number `i` of `gp`. */
export function sudogAt(gp: GRef, i: number): SudoGRef {
  return gp + SUDOGS + i * SudoG.words;
}
