/** A short text that one thread writes and another reads at any moment. */

const BYTES = 512;
/** The text's length in bytes, at the beginning. */
const LENGTH_BYTES = 4;

export type SharedText = SharedArrayBuffer;

export function sharedText(): SharedText {
  return new SharedArrayBuffer(LENGTH_BYTES + BYTES);
}

/** Replaces the text; what does not fit is cut off. */
export function setText(shared: SharedText, text: string): void {
  // TextEncoder refuses shared memory on some versions of Node.
  const bytes = Buffer.from(text).subarray(0, BYTES);
  new Uint8Array(shared, LENGTH_BYTES).set(bytes);
  Atomics.store(new Int32Array(shared, 0, 1), 0, bytes.length);
}

/** The text; perhaps with a part of the one before while that is replaced. */
export function getText(shared: SharedText): string {
  const length = Atomics.load(new Int32Array(shared, 0, 1), 0);
  return Buffer.from(new Uint8Array(shared, LENGTH_BYTES, length)).toString();
}
