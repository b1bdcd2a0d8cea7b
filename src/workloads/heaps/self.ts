/** The heap of this very process, as an image. */
import { getHeapSnapshot } from 'node:v8';
import { readV8Snapshot, type V8Image } from './v8-snapshot.ts';

/**
 * Takes a snapshot of the running isolate, after a full collection, and reads it without a
 * file in between. The program stands still while V8 takes it (about 3 µs an object), and Node
 * hands over the whole text in one piece: some 70 bytes an object, beside what V8 itself needs.
 * By way of a file it takes as long, and no less memory to speak of.
 */
export async function readOwnHeap(name = 'own heap'): Promise<V8Image> {
  return readV8Snapshot(getHeapSnapshot(), { name });
}
