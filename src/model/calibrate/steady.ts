/**
 * Repeatable figures. Disturbances only add time, so a probe is repeated until its two least
 * results agree: then it ran undisturbed at least twice.
 *
 * Luck takes time away: each try gets other pages of memory, whose lines now and then all have room in a cache. So if
 * the tries end without agreement, one or two least results count as luck, but only if the three above them agree.
 */
import { Unproven } from '../../base/fatal.ts';
import { formatNs, plural } from '../../base/units.ts';

/** Runs of a probe before the machine counts as busy. */
const TRIES = 24;
/** The most results that may be luck, and the results that must agree above them. */
const LUCKY = 2;
const CONFIRM = 3;
/** Absolute difference in ns at which two results always agree. */
const SLACK_NS = 0.5;

/**
 * Repeats a probe until the two least results of each figure agree.
 * @param what the name of the probe
 * @param measure returns one or more figures, ns
 * @param spread relative excess of the second least result over the least
 * @returns of each figure the least result that others confirm
 * @throws Unproven if they scatter: the machine is busy
 */
export async function measureSteadily(what: string, measure: () => Promise<readonly number[]>, spread: number): Promise<number[]> {
  const tries: (readonly number[])[] = [];
  while (tries.length < TRIES) {
    tries.push(await measure());
    const sorted = sortedFigures(tries);
    if (tries.length > 1 && sorted.every(([least, second]) => agree(least, second, spread))) return sorted.map(([least]) => least);
  }
  const confirmed = sortedFigures(tries).map((results) => leastWithoutLuck(results, spread));
  if (confirmed.every((ns) => ns !== undefined)) return confirmed;
  throw new Unproven(`the machine is busy: ${describe(what, tries, spread)}; nothing was written. End what else runs, and calibrate again`);
}

/** Returns the results of each figure, the least first. */
function sortedFigures(tries: readonly (readonly number[])[]): number[][] {
  return tries[0].map((_, figure) => tries.map((results) => results[figure]).sort((a, b) => a - b));
}

function leastWithoutLuck(results: readonly number[], spread: number): number | undefined {
  if (agree(results[0], results[1], spread)) return results[0];
  for (let lucky = 1; lucky <= LUCKY; lucky++) {
    if (agree(results[lucky], results[lucky + CONFIRM - 1], spread)) return results[lucky];
  }
  return undefined;
}

function agree(least: number, second: number, spread: number): boolean {
  return second - least <= Math.max(SLACK_NS, spread * Math.abs(least));
}

/** Returns the figure that scatters most. */
function describe(what: string, tries: readonly (readonly number[])[], spread: number): string {
  const ranges = sortedFigures(tries).map((results) => ({ least: results[0], second: results[1], most: results[results.length - 1] }));
  const worst = ranges.find(({ least, second }) => !agree(least, second, spread)) ?? ranges[0];
  return `${what} took from ${formatNs(worst.least)} to ${formatNs(worst.most)} in ${plural(tries.length, 'try', 'tries')}, and no two agree`;
}
