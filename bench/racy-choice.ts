/** Chooses the settings that are run for the racy accesses: few, that reach many of them often. */
import type { Place } from './racy-run.ts';

/** A setting that reaches an access, in the survey. */
export interface Way {
  readonly place: Place;
  /** Executions a second that reach it, and that read an older value there. */
  readonly perSecond: number;
  readonly older: number;
}

/** A setting is taken for an access only if it reaches it at least this often, relative to the best. */
const ENOUGH = 0.25;

/**
 * Returns the way to reach each access.
 *
 * 1. The ways that count for an access: those with ENOUGH executions a second. If any of them reads older
 *    values, only such count.
 * 2. Of all settings, take the one with the largest sum of rates, relative to the best, over the accesses that are left and
 *    for which it counts.
 * 3. Repeat from 2 until no access is left.
 */
export function chooseWays(found: ReadonlyMap<string, readonly Way[]>): Map<string, Way> {
  const left = new Map([...found].map(([key, ways]) => [key, countingWays(ways)]));
  const chosen = new Map<string, Way>();
  while (left.size > 0) {
    const scores = new Map<Place, number>();
    for (const ways of left.values()) for (const { place, perSecond } of ways) scores.set(place, (scores.get(place) ?? 0) + perSecond / ways[0].perSecond);
    const [best] = [...scores].reduce((most, each) => (each[1] > most[1] ? each : most));
    for (const [key, ways] of left) {
      const way = ways.find(({ place }) => place === best);
      if (way === undefined) continue;
      chosen.set(key, way);
      left.delete(key);
    }
  }
  return chosen;
}

/** Returns the ways that count, the fastest first. */
function countingWays(ways: readonly Way[]): Way[] {
  const best = Math.max(...ways.map(({ perSecond }) => perSecond));
  const fast = ways.filter(({ perSecond }) => perSecond >= best * ENOUGH).toSorted((a, b) => b.perSecond - a.perSecond);
  const older = fast.filter((way) => way.older > 0);
  return older.length > 0 ? older : fast;
}
