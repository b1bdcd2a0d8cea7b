/** Dispatch to the machine's collector, which its word `collector` names; see collectors/registry.ts. */
import type { Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import { DOING } from '../sync/event-kinds.ts';
import { enter, records } from '../sync/events.ts';
import { M, PHASE, type MRef } from '../machine/m.ts';
import { ASSISTING } from '../heap/switches.ts';
import { switchBarrier } from '../heap/write-pointer.ts';
import { noticeAnew } from '../malloc/notice.ts';
import { PROGRESS, type Collector } from './collectors/descriptor.ts';
import { COLLECTORS } from './collectors/registry.ts';

const COLLECTOR_OF = CONFIG + Config.at.collector;
const ASSISTS_OF = CONFIG + Config.at.assists;
const PHASE_OF = M.at.phase;

/** The machine's collector. */
export function collectorOf(m: Mem): Collector {
  return COLLECTORS[m[COLLECTOR_OF]];
}

/** Reports whether the collector sweeps the whole heap before the world goes on. */
export function sweepsInPause(m: Mem): boolean {
  return collectorOf(m).sweep !== undefined;
}

/** Reports whether the collector can mark while the program runs. */
export function marksBeside(m: Mem): boolean {
  return collectorOf(m).beginMark !== undefined;
}

/** Reports whether the program runs beside a mark. */
export function isMarking(m: Mem): boolean {
  const { isMarking: marking } = collectorOf(m);
  return marking !== undefined && marking(m);
}

/** A concurrent mark has begun or ended: its barrier, the notice of every block and assists begin or end with it. The world is stopped, or no M runs. */
export function phaseChanged(m: Mem): void {
  switchBarrier(m, isMarking(m));
  m[ASSISTING] = isMarking(m) ? m[ASSISTS_OF] : 0;
  noticeAnew(m);
}

/** Begins a mark that goes on concurrently with the program. The world is stopped, and every span is swept. */
export function beginMark(m: Mem, mp: MRef): void {
  const { beginMark: begin } = collectorOf(m);
  if (begin === undefined) return;
  begin(m, mp);
  phaseChanged(m);
}

/** Marks concurrently with the program, about `budget` words. Returns one of PROGRESS. */
export function markSome(m: Mem, mp: MRef, budget: number): number {
  const { markSome: some } = collectorOf(m);
  return some === undefined ? PROGRESS.off : some(m, mp, budget);
}

/** Reports whether work for markSome is in sight. */
export function hasMarkWork(m: Mem): boolean {
  const { hasMarkWork: has } = collectorOf(m);
  return has !== undefined && has(m);
}

/** Ends the mark that the program ran beside: all that is reachable is marked. */
export function endMark(m: Mem, mp: MRef): void {
  const { endMark: end } = collectorOf(m);
  if (end === undefined) return;
  end(m, mp);
  phaseChanged(m);
}

/** Reports whether a mark is under way that seems to be at its end. */
export function isAtEnd(m: Mem): boolean {
  const { isAtEnd: is } = collectorOf(m);
  return is !== undefined && is(m);
}

/** Reports whether a mark that found no work may end in this stopped world. */
export function mayEndMark(m: Mem): boolean {
  const { mayEndMark: may } = collectorOf(m);
  return may === undefined || may(m);
}

/** Reports whether idle Ms shall help to mark in this stopped world. */
export function wantsHelpers(m: Mem): boolean {
  const { helpers, wantsHelpers: wants } = collectorOf(m);
  return helpers && (wants === undefined || wants(m));
}

/** Gives up a mark under way. The machine is shut down. */
export function abandonMark(m: Mem, mp: MRef): void {
  const { abandonMark: abandon } = collectorOf(m);
  if (abandon === undefined) return;
  abandon(m, mp);
  phaseChanged(m);
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
