/**
 * What a heap is made of: its groups of objects, and a selection of its objects with what they retain and how the roots
 * reach them. The size of this document is bounded, whatever the heap; see compose.ts.
 */
import { z } from 'zod';
import { GROUP_KEYS } from '../workloads/heaps/labels.ts';
import { count, text } from './schema.ts';

/** An index in a list; -1: none. */
const index = z.number().int().min(-1);

export const CompositionShape = z.object({
  /** Name of the heap. */
  name: text,
  /** The key by which objects are grouped. The name of a group of sizes is the bytes of each object. */
  by: z.enum(GROUP_KEYS),
  /** Objects that the roots reach, and their bytes. */
  objects: count,
  bytes: count,
  /** The objects that the roots don't reach. Everything else in this document is about the others. */
  unreachable: z.object({ objects: count, bytes: count }),
  /** The largest groups, by their own or their retained bytes, the most own bytes first. */
  groups: z.array(z.object({
    name: text, objects: count, bytes: count,
    /** Bytes that would be garbage without the objects of the group. Those of two groups may overlap. */
    retainedBytes: count,
  })),
  otherGroups: z.object({ groups: count, objects: count, bytes: count }),
  /**
   * Columns of equal length with an entry for each listed object, the most retained bytes first: the largest retainers, the
   * largest objects of each group, and the objects on the paths from the roots to them.
   */
  listed: z.object({
    /** The address of the object, its number in a V8 snapshot after an @, or its position in the heap after a #. */
    id: z.array(text),
    /** Its own name or content, '' for none; after the name of its group if the group is not listed. */
    name: z.array(text),
    /** Index of its group; -1 if the group is not listed. */
    group: z.array(index),
    bytes: z.array(count),
    /** Bytes and number of the objects that would be garbage without it, itself included. */
    retainedBytes: z.array(count),
    retainedObjects: z.array(count),
    /** The nearest listed object without which it would be garbage; -1: none. */
    dominator: z.array(index),
    /** The object before it on a shortest path from the roots; -1: it is the first. */
    from: z.array(index),
    /** The number of objects left out between `from` and it. */
    skipped: z.array(count),
    /** The field or offset of the reference to it, or the root; '' if unknown. */
    via: z.array(text),
  }),
});
export type Composition = z.infer<typeof CompositionShape>;
