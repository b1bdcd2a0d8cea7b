/**
 * gchelpwork: an M on malloc's slow path helps the collector. Go 1.5 made it mark; here marking
 * stops the world, so it sweeps. Sweeping one more span on the slow path shortens the next
 * pause.
 *
 * gchelpwork is called last on the slow path, with no part of malloc under way: sweeping takes
 * locks and may free spans.
 */
import type { Mem } from '../memory/struct.ts';
import { fatal } from '../base/fatal.ts';
import { M, type MRef } from '../machine/m.ts';
import type { SpanRef } from '../heap/span.ts';
import type { MCacheRef } from './mcache-record.ts';
import { refill } from './mcache.ts';
import { XSWEEPDONE } from './mheap-record.ts';
import { NOTHING_TO_SWEEP, sweepone } from './sweep.ts';

const { mallocing: MALLOCING } = M.at;

/** Spans swept for each refill. */
const SPANS = 1;

/** Sweeps one span, unless everything is swept. */
export function gchelpwork(m: Mem, mp: MRef): void {
  if (Atomics.load(m, XSWEEPDONE) !== 0) return;
  for (let i = 0; i < SPANS; i++) if (sweepone(m, mp) === NOTHING_TO_SWEEP) return;
}

/**
 * Enters the part of malloc or free that takes locks, in which the M must not allocate. The
 * caller clears M.mallocing at the end.
 * @throws Fatal MALLOC_DEADLOCK if the M is in it already
 */
export function enterMalloc(m: Mem, mp: MRef): void {
  if (m[mp + MALLOCING] !== 0) fatal('MALLOC_DEADLOCK', { mp });
  m[mp + MALLOCING] = 1;
}

/** Ends the slow path of malloc, in which the M must not allocate, and helps to sweep. */
export function leaveMalloc(m: Mem, mp: MRef): void {
  m[mp + MALLOCING] = 0;
  gchelpwork(m, mp);
}

/**
 * Does refill, and leaves malloc's slow path if it has found a span. One function, because what a thread first calls after
 * its first collection makes V8 throw away the optimised code of the caller.
 * @returns the new span, or 0 if the arena is full
 */
export function refillAndLeave(m: Mem, mp: MRef, c: MCacheRef, sizeclass: number): SpanRef {
  const s = refill(m, mp, c, sizeclass);
  if (s !== 0) leaveMalloc(m, mp);
  return s;
}
