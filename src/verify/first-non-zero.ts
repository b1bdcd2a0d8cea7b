/**
 * Returns the index of the first word from `start` up to `end` that is not 0, or -1 if all are 0. Most
 * words are 0, so it reads eight at a time.
 */
export function firstNonZero(m: Int32Array, start: number, end: number): number {
  let i = start;
  while (i + 8 <= end && (m[i] | m[i + 1] | m[i + 2] | m[i + 3] | m[i + 4] | m[i + 5] | m[i + 6] | m[i + 7]) === 0) i += 8;
  for (; i < end; i++) if (m[i] !== 0) return i;
  return -1;
}
