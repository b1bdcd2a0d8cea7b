/**
 * Which collector runs: the parallel one of 2013, or one of the two that came before it. Those
 * mark with one thread and sweep the whole heap before the world goes on, so their cycle has
 * a sweep where the parallel one only prepares it. Heap, roots and workloads are the same.
 */
import type { Mem } from '../memory/struct.ts';
import { COLLECTOR, CONFIG, Config } from '../memory/config.ts';
import { M, PHASE, type MRef } from '../machine/m.ts';
import { markWithOthers } from './helper.ts';
import { markBitmap, sweepBitmap } from './older/bitmap.ts';
import { markRefwords, sweepRefwords } from './older/refword.ts';

const COLLECTOR_OF = CONFIG + Config.at.collector;
const PHASE_OF = M.at.phase;

/** Does the collector mark alone, and sweep while the world is stopped? */
export function isOlderCollector(m: Mem): boolean {
  return m[COLLECTOR_OF] !== COLLECTOR.parallel;
}

/** Marks all that is reachable; the world is stopped, and the helpers, if any, are woken. */
export function mark(m: Mem, mp: MRef): void {
  if (m[COLLECTOR_OF] === COLLECTOR.parallel) {
    markWithOthers(m, mp);
    return;
  }
  const phase = m[mp + PHASE_OF];
  m[mp + PHASE_OF] = PHASE.mark;
  if (m[COLLECTOR_OF] === COLLECTOR.bitmap) markBitmap(m, mp);
  else markRefwords(m, mp);
  m[mp + PHASE_OF] = phase;
}

/** The older collectors' sweep of all that the mark before it did not reach. */
export function sweepInPause(m: Mem, mp: MRef): void {
  const phase = m[mp + PHASE_OF];
  m[mp + PHASE_OF] = PHASE.sweep;
  if (m[COLLECTOR_OF] === COLLECTOR.bitmap) sweepBitmap(m, mp);
  else sweepRefwords(m, mp);
  m[mp + PHASE_OF] = phase;
}
