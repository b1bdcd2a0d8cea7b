/** Converts values of 1 to 8 bytes to bytes and back, lowest byte first. */

/** A whole number; a bigint only if it is above 2^53 - 1, so that equal values are equal by ===. */
export type Value = number | bigint;

/** Returns the byte at place `i` of `value`. */
export function byteOf(value: Value, i: number): number {
  return typeof value === 'number' ? Math.floor(value / 256 ** i) % 256 : Number((value >> BigInt(8 * i)) & 255n);
}

/** Returns the value of these bytes. */
export function valueOf(bytes: readonly number[]): Value {
  if (bytes.length < 7) return bytes.reduceRight((value, byte) => value * 256 + byte, 0);
  return normal(bytes.reduceRight((value, byte) => value * 256n + BigInt(byte), 0n));
}

/** Returns `value` as a Value. */
export function normal(value: number | bigint): Value {
  return typeof value === 'bigint' && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
}
