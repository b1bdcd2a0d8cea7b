/**
 * The limiter: with a memory limit, collections may not take more than half of the processors for long.
 *
 * A bucket fills with the processor time of the collector, and drains by that of the program. While it is full, allocations do
 * not assist: the heap then passes its goal, and the limit, but the program goes on.
 *
 * Departure: the bucket may overfill up to its double. In Go what would overfill it is lost, so that a collector that takes much
 * whenever it may gets more than half.
 *
 * Source: gcCPULimiterState in mgclimit.go of Go 1.19.
 */
import { between } from './between.ts';

/** Nanoseconds that the bucket holds for each P: a second. */
export const BUCKET_NS = 1e9;

/**
 * Returns the bucket after a time in which all Ps together had `totalNs` of processor time, `gcNs` of it for the collector.
 * @param bucket the bucket before, ns
 */
export function filled(bucket: number, gcNs: number, totalNs: number, procs: number): number {
  return between(bucket + gcNs - (totalNs - gcNs), 0, 2 * procs * BUCKET_NS);
}

/** Reports whether the bucket is full. */
export function isFull(bucket: number, procs: number): boolean {
  return bucket >= procs * BUCKET_NS;
}
