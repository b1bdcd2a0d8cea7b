/**
 * Typed arrays with an entry for each of millions of objects, whose memory is returned to the
 * system on release. Without this, V8 frees each at some later collection, and while a heap is
 * loaded it has no reason to collect.
 */

/** A smaller array is not worth a mapping of its own. */
const SMALL_BYTES = 1 << 17;
/**
 * glibc always maps an allocation of more than 32 MB by itself, and unmaps it on free; a smaller
 * one it may keep. A page takes memory only once it is written, so the excess costs nothing.
 */
export const APART_BYTES = 1 << 26;

/** Returns `length` zeros of 32 bits. */
export function listOf(length: number): Uint32Array<ArrayBuffer> {
  return new Uint32Array(roomFor(4 * length), 0, length);
}

/** Returns `length` zeros of 8 bits. */
export function bytesOf(length: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(roomFor(length), 0, length);
}

/** Returns `length` zeros as floating-point numbers. */
export function floatsOf(length: number): Float64Array<ArrayBuffer> {
  return new Float64Array(roomFor(8 * length), 0, length);
}

function roomFor(bytes: number): ArrayBuffer {
  return new ArrayBuffer(bytes < SMALL_BYTES ? bytes : Math.max(bytes, APART_BYTES));
}

/**
 * Returns the memory of `arrays` to the system at once. They, and all views of their buffers, are
 * empty afterwards. Node frees a buffer that is transferred to a closed port.
 */
export function release(...arrays: readonly ArrayBufferView[]): void {
  const { port1 } = new MessageChannel();
  port1.close();
  port1.postMessage(undefined, [...new Set(arrays.map(({ buffer }) => buffer as ArrayBuffer))]);
}
