/** Imports the heap of this process. */
import { getHeapSnapshot } from 'node:v8';
import { readV8Snapshot, type V8Image } from './v8-snapshot.ts';

/**
 * Takes a snapshot of the running isolate, after a full collection, and reads it without a file. V8
 * stops the program meanwhile, about 3 µs for each object, and Node returns the whole text in one
 * piece: about 70 bytes for each object, in addition to V8's own memory. A file would take as long and
 * about as much memory.
 */
export async function readOwnHeap(labels = false): Promise<V8Image> {
  return readV8Snapshot(getHeapSnapshot(), { name: 'own heap', labels });
}
