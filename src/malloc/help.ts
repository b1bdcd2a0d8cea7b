/**
 * Go's gchelpwork: an M that had to leave malloc's fast path helps the collector a little.
 * Go 1.5 let it mark; here marking stops the world, and what runs beside the program, and
 * what every allocation must wait for in the end, is the sweep. Who sweeps a span while it
 * is at it leaves less for the next pause.
 *
 * It changes when a span is swept, and nothing that is counted of it. It comes last in the
 * slow path, so that nothing of malloc is under way: sweeping takes locks, and may free spans.
 */
import type { Mem } from '../memory/struct.ts';
import type { MRef } from '../machine/m.ts';
import { XSWEEPDONE } from './mheap-record.ts';
import { NOTHING_TO_SWEEP, sweepone } from './sweep.ts';

/** Spans for each time: as many as a refill takes one for. */
const SPANS = 1;

export function gchelpwork(m: Mem, mp: MRef): void {
  if (Atomics.load(m, XSWEEPDONE) !== 0) return;
  for (let i = 0; i < SPANS; i++) if (sweepone(m, mp) === NOTHING_TO_SWEEP) return;
}
