/**
 * The only clock below `cli`. Both functions are replaced by virtual ones in the
 * exploration build, so that an execution is a function of its seed alone.
 */

/** performance.now() is cheap but counts from each worker's own start; this aligns them. */
const ORIGIN_NS = hrtimeNs() - performance.now() * 1e6;

/** Monotonic nanoseconds, comparable between workers of one process. */
export function nanotime(): number {
  return Math.round(ORIGIN_NS + performance.now() * 1e6);
}

function hrtimeNs(): number {
  const [seconds, nanos] = process.hrtime();
  return seconds * 1e9 + nanos;
}

/** Unix time in milliseconds, for `last_gc`. */
export function unixtime(): number {
  return Date.now();
}
