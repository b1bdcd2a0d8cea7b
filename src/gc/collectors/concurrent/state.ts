/**
 * The state of the concurrent collector: its phase, the root jobs left, the list of blocks that
 * barriers have shaded, and the round of the ragged barrier.
 *
 * Phases change only in a stopped world, so every M sees the same phase between two safe points:
 *
 *     off    no barrier; sweeping may be under way
 *     mark   barriers shade, allocation is black, workers mark concurrently with the program
 *
 * Mark termination is the second stopped world of a cycle. It has no phase of its own, because no
 * mutator runs in it.
 *
 * Source: mgc.go of Go 1.5 and 1.8.
 */
import { stoppedWorld } from '../../../memory/guardian.ts';
import { atomic, by, padding, struct, type Mem } from '../../../memory/struct.ts';
import { globalRecord } from '../../../memory/segment.ts';

export const MARK_PHASE = { off: 0, mark: 1 } as const;

/** Bits of each barrier: what it shades at a pointer store. */
const SHADE = { newPointer: 1, oldPointer: 2 } as const;

/**
 * The barriers by name. Dijkstra's shades the pointer that is stored (Go 1.5), Yuasa's the pointer
 * that is overwritten, and the hybrid both (Go 1.8). With `none` the collector must lose objects.
 */
export const BARRIER = { none: 0, dijkstra: SHADE.newPointer, yuasa: SHADE.oldPointer, hybrid: SHADE.newPointer | SHADE.oldPointer } as const;
export const { newPointer: SHADES_NEW, oldPointer: SHADES_OLD } = SHADE;

/** What mark termination does with the stacks that were scanned during the mark: scan them again (Go 1.5), or not (Go 1.8). */
export const STACKS = { rescan: 0, once: 1 } as const;

/**
 * How the end of a mark is found. count: the last worker that finds no work stops the world, and mark
 * termination scans what is left (Go 1.5). ragged: rounds.ts (Go 1.12).
 */
export const TERMINATION = { count: 0, ragged: 1 } as const;

export const Concurrent = struct('concurrent', 80, {
  /** One of MARK_PHASE. */
  phase: by(stoppedWorld('the collecting M; every M reads it')),
  /** Number of the mark, from 1. It tells the scans of this mark from those of earlier ones. */
  cycle: by(stoppedWorld('the collecting M')),
  /** Root jobs of this mark. */
  nroots: by(stoppedWorld('the collecting M')),
  /** Goroutines of the program that have run since the mark began, and whose own M has yet to scan the stack. */
  xunscanned: atomic('each M that runs, makes or scans a goroutine; the collecting M'),
  /** 1: a stopped world has found that no work is left, so mark termination scans only the roots that no barrier guards. */
  proved: by(stoppedWorld('the collecting M')),
  pad0: padding(11),
  /** The next root job. */
  xnextroot: atomic('each marking M adds 1 to it'),
  pad1: padding(15),
  /** The block shaded last, from which links lead to the others; 0 for none. */
  xshaded: atomic('a barrier pushes by CAS; a marking M takes the whole list'),
  pad2: padding(15),
  /** Ms that mark at the moment, in the lowest byte; above it, how often an M has begun to mark. See drain.ts. */
  xactive: atomic('each marking M'),
  pad3: padding(15),
  /** The round of the ragged barrier that is under way, or the last one. */
  xround: atomic('the M that holds xasks'),
  /** Ms that had published work when they answered this round. */
  xpublishers: atomic('each answering M; the M that holds xasks'),
  /** 1: an M looks after the round. */
  xasks: atomic('an M takes it by CAS, and releases it'),
  pad4: padding(13),
});

export const CONCURRENT = globalRecord('concurrent', Concurrent);
export const MARKING = CONCURRENT + Concurrent.at.phase;

/** Reports whether the program runs beside a mark, or mark termination has not ended yet. */
export function isMarking(m: Mem): boolean {
  return m[MARKING] === MARK_PHASE.mark;
}
