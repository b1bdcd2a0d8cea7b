/** What holds for every lane of a timeline. */
import type { Timeline } from '../../src/report/timeline.ts';

/** Returns the slices of a lane that are neither nested in an earlier one nor apart from it, or out of order. */
export function crossings({ startNs, durationNs }: Timeline['lanes'][number]): number[] {
  const around: number[] = [];
  return startNs.flatMap((start, i) => {
    while (around.length > 0 && around[around.length - 1] <= start) around.pop();
    const end = start + durationNs[i];
    const crosses = (i > 0 && start < startNs[i - 1]) || (around.length > 0 && end > around[around.length - 1]);
    around.push(end);
    return crosses ? [i] : [];
  });
}
