/**
 * The only clock below `cli`. Exploration replaces both functions by virtual ones, so that an
 * execution is a function of its seed alone.
 */

/** Pairs of readings of both clocks; the pair closest in time counts. */
const ORIGIN_TRIES = 16;
/** Aligns the workers: performance.now() is cheap, but counts from the start of each. */
const ORIGIN_NS = originNs();

/** Returns monotonic nanoseconds, comparable between the workers of one process. */
export function nanotime(): number {
  return Math.round(ORIGIN_NS + performance.now() * 1e6);
}

/**
 * Returns the time at which performance.now() was 0. A thread that is suspended between the two
 * readings gets too early a time, so the latest of several tries is right.
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

/** Returns the Unix time in milliseconds, for `last_gc`. */
export function unixtime(): number {
  return Date.now();
}
