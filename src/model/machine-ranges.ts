/** The ranges of a machine's parameters. A value outside comes from a disturbed measurement. */
import { z } from 'zod';

/** Returns the schema of a time from `min` to `max` ns. */
export function ns(min: number, max: number) {
  return z.number().min(min).max(max);
}

/** Time of an access. */
export const access = ns(0, 1000);
/** Time of a line from memory or another core. */
export const line = ns(0, 5000);
/** Time of a system call. */
export const call = ns(0, 10_000_000);
/** Bytes per second. */
export const bandwidth = z.number().min(1e6).max(1e18);
