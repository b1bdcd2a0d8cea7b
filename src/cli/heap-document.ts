/** The document that `heap --json` prints. */
import { z } from 'zod';
import { CompositionShape, type Composition } from '../report/composition.ts';
import { HeapPathShape, type HeapPath } from '../report/heap-path.ts';
import { count, print, strictly, text } from '../report/schema.ts';

const SCHEMA = 1;

export const HeapDocument = strictly(z.object({
  schema: z.literal(SCHEMA),
  command: z.literal('heap'),
  /** All objects, also those that no root reaches. */
  heap: z.object({ name: text, objects: count, edges: count, bytes: count }),
  composition: CompositionShape,
  /** With --path-to. */
  path: HeapPathShape.optional(),
}));

/** Returns the document of `heap`. */
export function heapDocument(heap: z.infer<typeof HeapDocument>['heap'], composition: Composition, path: HeapPath | undefined): string {
  return print(HeapDocument, { schema: SCHEMA, command: 'heap', heap, composition, path });
}
