/**
 * gchelpwork: an M on malloc's slow path helps the collector. Go 1.5 made it mark; here marking
 * stops the world, so it sweeps. Sweeping one more span on the slow path shortens the next
 * pause.
 *
 * gchelpwork is called last on the slow path, with no part of malloc under way: sweeping takes
 * locks and may free spans.
 */
import type { Mem } from '../memory/struct.ts';
import type { MRef } from '../machine/m.ts';
import { XSWEEPDONE } from './mheap-record.ts';
import { NOTHING_TO_SWEEP, sweepone } from './sweep.ts';

/** Spans swept for each refill. */
const SPANS = 1;

/** Sweeps one span, unless everything is swept. */
export function gchelpwork(m: Mem, mp: MRef): void {
  if (Atomics.load(m, XSWEEPDONE) !== 0) return;
  for (let i = 0; i < SPANS; i++) if (sweepone(m, mp) === NOTHING_TO_SWEEP) return;
}
