/**
 * The only clock below `cli`. Both functions are replaced by virtual ones in the
 * exploration build, so that an execution is a function of its seed alone.
 */

/** Readings of both clocks, of which the closest pair counts. */
const ORIGIN_TRIES = 16;
/** performance.now() is cheap but counts from each worker's own start; this aligns them. */
const ORIGIN_NS = originNs();

/** Monotonic nanoseconds, comparable between workers of one process. */
export function nanotime(): number {
  return Math.round(ORIGIN_NS + performance.now() * 1e6);
}

/**
 * When performance.now() was 0. A thread that is suspended between the two readings gets too early a time,
 * and would see what another thread does before that thread does it: the latest of some tries is right.
 */
function originNs(): number {
  let latest = -Infinity;
  for (let i = 0; i < ORIGIN_TRIES; i++) latest = Math.max(latest, hrtimeNs() - performance.now() * 1e6);
  return latest;
}

function hrtimeNs(): number {
  const [seconds, nanos] = process.hrtime();
  return seconds * 1e9 + nanos;
}

/** Unix time in milliseconds, for `last_gc`. */
export function unixtime(): number {
  return Date.now();
}
