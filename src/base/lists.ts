/**
 * Lists that may have an entry for each of millions of objects, and whose memory goes back to the
 * system as soon as they are done with. V8 would free each at some collection to come, and while a
 * heap is put in place it has no reason to collect.
 */

/** Less isn't worth a mapping of its own. */
const SMALL_BYTES = 1 << 17;
/**
 * glibc maps what is larger than 32 MB apart, whatever went before, and unmaps it when it is freed;
 * less it may keep. A page takes memory once it is written to, so what is too much costs nothing.
 */
export const APART_BYTES = 1 << 26;

/** Zeros. */
export function listOf(length: number): Uint32Array<ArrayBuffer> {
  return new Uint32Array(roomFor(4 * length), 0, length);
}

export function bytesOf(length: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(roomFor(length), 0, length);
}

export function floatsOf(length: number): Float64Array<ArrayBuffer> {
  return new Float64Array(roomFor(8 * length), 0, length);
}

function roomFor(bytes: number): ArrayBuffer {
  return new ArrayBuffer(bytes < SMALL_BYTES ? bytes : Math.max(bytes, APART_BYTES));
}

/** Gives the memory of `arrays` back at once; they are empty then. Node frees what is sent to a closed port. */
export function release(...arrays: readonly ArrayBufferView[]): void {
  const { port1 } = new MessageChannel();
  port1.close();
  port1.postMessage(undefined, [...new Set(arrays.map(({ buffer }) => buffer as ArrayBuffer))]);
}
