/** The figures of span-based marking: spans visited, and objects scanned in them. */
import type { Mem } from '../../memory/struct.ts';
import { GCStats, M, type MRef } from '../../machine/m.ts';

const SPANS = M.at.gcstats + GCStats.at.spanVisits;
const OBJECTS = M.at.gcstats + GCStats.at.spanObjects;

/** Counts a visit of a span in which this M scans `objects` objects. */
export function countSpan(m: Mem, mp: MRef, objects: number): void {
  // The lower words alone: no mark has 2^32 of either, and the loop of the mark calls nothing then.
  m[mp + SPANS] = (m[mp + SPANS] + 1) | 0;
  m[mp + OBJECTS] = (m[mp + OBJECTS] + objects) | 0;
}
