/**
 * Repeatable figures. Disturbances only add time, so a probe is repeated until its two least
 * results agree: then it ran undisturbed at least twice.
 */
import { Unproven } from '../../base/fatal.ts';
import { formatNs, plural } from '../../base/units.ts';

/** Runs of a probe before the machine counts as busy. */
const TRIES = 24;
/** Absolute difference in ns at which two results always agree. */
const SLACK_NS = 0.5;

/**
 * Repeats a probe until the two least results of each figure agree.
 * @param what the name of the probe
 * @param measure returns one or more figures, ns
 * @param spread relative excess of the second least result over the least
 * @returns the least of each figure
 * @throws Unproven if they scatter: the machine is busy
 */
export async function measureSteadily(what: string, measure: () => Promise<readonly number[]>, spread: number): Promise<number[]> {
  const tries: (readonly number[])[] = [];
  while (tries.length < TRIES) {
    tries.push(await measure());
    const sorted = tries[0].map((_, figure) => tries.map((results) => results[figure]).sort((a, b) => a - b));
    if (tries.length > 1 && sorted.every(([least, second]) => agree(least, second, spread))) return sorted.map(([least]) => least);
  }
  throw new Unproven(`the machine is busy: ${describe(what, tries, spread)}; nothing was written. End what else runs, and calibrate again`);
}

function agree(least: number, second: number, spread: number): boolean {
  return second - least <= Math.max(SLACK_NS, spread * Math.abs(least));
}

/** Returns the figure that scatters most. */
function describe(what: string, tries: readonly (readonly number[])[], spread: number): string {
  const ranges = tries[0].map((_, figure) => {
    const results = tries.map((each) => each[figure]).sort((a, b) => a - b);
    return { least: results[0], second: results[1], most: results[results.length - 1] };
  });
  const worst = ranges.find(({ least, second }) => !agree(least, second, spread)) ?? ranges[0];
  return `${what} took from ${formatNs(worst.least)} to ${formatNs(worst.most)} in ${plural(tries.length, 'try', 'tries')}, and no two agree`;
}
