/** The path from the roots to one object of a heap. */
import { z } from 'zod';
import { printable } from '../base/printable.ts';
import type { HeapAnalysis } from '../composition/analysis.ts';
import { viaOf } from './compose.ts';
import { count, text } from './schema.ts';

/** Steps kept at each end of a longer path. */
const END = 500;
/** Characters of a name. */
const NAME = 200;

/** An object of a heap. */
const shape = {
  id: text,
  /** Its own name or content; '' for none. */
  name: text,
  /** Its type, class, constructor or size. */
  group: text,
  bytes: count,
};

export const HeapPathShape = z.object({
  object: z.object({
    ...shape,
    /** Bytes and number of the objects that would be garbage without it, itself included; 0 if it is garbage. */
    retainedBytes: count,
    retainedObjects: count,
  }),
  /** A shortest path, the object that a root points to first; null if the roots don't reach the object. */
  steps: z.array(z.object({
    ...shape,
    /** The root, or the field or offset of the reference in the object before; '' if unknown. */
    via: text,
    /** Number of objects left out before this one. */
    skipped: count,
  })).nullable(),
});
export type HeapPath = z.infer<typeof HeapPathShape>;

/** Returns `object`, what it retains, and a shortest path to it. */
export function heapPath(heap: HeapAnalysis, object: number): HeapPath {
  const { tree, retained, paths } = heap;
  const vertex = tree.vertexOf[object];
  const path = paths.to(object);
  const skipped = path === undefined ? 0 : Math.max(0, path.length - 2 * END);
  const kept = path?.filter((_, i) => i < END || i >= END + skipped);
  return {
    object: { ...describe(heap, object), retainedBytes: vertex === 0 ? 0 : retained.bytes[vertex], retainedObjects: vertex === 0 ? 0 : retained.objects[vertex] },
    steps: kept?.map((step, i) => ({
      ...describe(heap, step.object), via: printable(viaOf(heap, step.object), NAME), skipped: i === END ? skipped : 0,
    })) ?? null,
  };
}

function describe(heap: HeapAnalysis, object: number): { id: string; name: string; group: string; bytes: number } {
  const { labels } = heap;
  return {
    id: printable(labels.idOf(object), NAME),
    name: printable(labels.nameOf?.(object) ?? '', NAME),
    group: printable(heap.groupNameOf(object), NAME),
    bytes: heap.bytesOf(object),
  };
}
