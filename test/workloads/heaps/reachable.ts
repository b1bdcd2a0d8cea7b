import type { HeapImage } from '../../../src/workloads/heaps/image.ts';

/** Counts the objects that the roots reach. */
export function reachable({ objects, firstEdge, targets, roots }: HeapImage): number {
  const marked = new Uint8Array(objects);
  const grey = [...roots];
  for (const root of roots) marked[root] = 1;
  let found = grey.length;
  for (let object = grey.pop(); object !== undefined; object = grey.pop()) {
    for (const target of targets.subarray(firstEdge[object], firstEdge[object + 1])) {
      if (marked[target] === 1) continue;
      marked[target] = 1;
      found++;
      grey.push(target);
    }
  }
  return found;
}
