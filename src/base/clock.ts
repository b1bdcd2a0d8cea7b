/**
 * The only clock below `cli`. Both functions are replaced by virtual ones in the
 * exploration build, so that an execution is a function of its seed alone.
 */

/** Monotonic nanoseconds, comparable between workers of one process. */
export function nanotime(): number {
  const [seconds, nanos] = process.hrtime();
  return seconds * 1e9 + nanos;
}

/** Unix time in milliseconds, for `last_gc`. */
export function unixtime(): number {
  return Date.now();
}
