/** A short text that one thread writes and another may read at any time. */

const BYTES = 512;
/** Bytes of the header, which holds the length of the text. */
const LENGTH_BYTES = 4;

export type SharedText = SharedArrayBuffer;

/** Returns an empty text. */
export function sharedText(): SharedText {
  return new SharedArrayBuffer(LENGTH_BYTES + BYTES);
}

/** Replaces the text. A longer text is cut off at 512 bytes. */
export function setText(shared: SharedText, text: string): void {
  // TextEncoder refuses shared memory on some versions of Node.
  const bytes = Buffer.from(text).subarray(0, BYTES);
  new Uint8Array(shared, LENGTH_BYTES).set(bytes);
  Atomics.store(new Int32Array(shared, 0, 1), 0, bytes.length);
}

/** Returns the text. During a replacement, the result may mix the old and the new text. */
export function getText(shared: SharedText): string {
  const length = Atomics.load(new Int32Array(shared, 0, 1), 0);
  return Buffer.from(new Uint8Array(shared, LENGTH_BYTES, length)).toString();
}
