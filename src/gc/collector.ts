/** Dispatch to the machine's collector, which its word `collector` names; see collectors/registry.ts. */
import type { Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import { DOING } from '../sync/event-kinds.ts';
import { enter, records } from '../sync/events.ts';
import { M, PHASE, type MRef } from '../machine/m.ts';
import type { Collector } from './collectors/descriptor.ts';
import { COLLECTORS } from './collectors/registry.ts';

const COLLECTOR_OF = CONFIG + Config.at.collector;
const PHASE_OF = M.at.phase;

/** The machine's collector. */
export function collectorOf(m: Mem): Collector {
  return COLLECTORS[m[COLLECTOR_OF]];
}

/** Reports whether the collector sweeps the whole heap before the world goes on. */
export function sweepsInPause(m: Mem): boolean {
  return collectorOf(m).sweep !== undefined;
}

/** Marks all that is reachable. The world is stopped, and the helpers, if any, are woken. */
export function mark(m: Mem, mp: MRef): void {
  const { mark: run, helpers } = collectorOf(m);
  if (helpers) {
    // Each M sets its own phases.
    run(m, mp);
    return;
  }
  const phase = m[mp + PHASE_OF];
  m[mp + PHASE_OF] = PHASE.mark;
  if (records(m)) enter(m, mp, DOING.scan, 0);
  run(m, mp);
  m[mp + PHASE_OF] = phase;
}

/** Sweeps all that the mark did not reach, with a collector that sweeps in the pause. */
export function sweepInPause(m: Mem, mp: MRef): void {
  const { sweep } = collectorOf(m);
  if (sweep === undefined) return;
  const phase = m[mp + PHASE_OF];
  m[mp + PHASE_OF] = PHASE.sweep;
  sweep(m, mp);
  m[mp + PHASE_OF] = phase;
}
