/** A machine model: the latencies of one machine, the sizes of its caches, and its topology. */
import { z } from 'zod';
import { describeIssue } from '../base/issue-text.ts';
import { access, bandwidth, call, line, ns } from './machine-ranges.ts';
import { TopologyShape } from './topology.ts';

const KB = 2 ** 10;
const GB = 2 ** 30;

/** Returns the schema of a core's cache of `min` to `max` bytes. */
function cache(min: number, max: number) {
  return z.strictObject({ bytes: z.int().min(min).max(max), ns: access });
}

const missShape = z.strictObject({ bytes: z.int().min(KB).max(1024 * GB), ns: line });
const MOST_STREAMS = 256;
const streamShape = z.strictObject({ count: z.int().min(1).max(MOST_STREAMS), ns: line });
/** Longest names and descriptions, in characters. */
export const MAX_NAME_LENGTH = 100;
const ABOUT_LENGTH = 1000;

/** The host of a measured machine. */
const Host = z.strictObject({
  cpu: z.string().max(ABOUT_LENGTH),
  cores: z.int().min(1).max(65_536),
  /** Version of Node. */
  node: z.string().max(MAX_NAME_LENGTH),
});
export type Host = z.infer<typeof Host>;

export const MachineModelShape = z.strictObject({
  name: z.string().min(1).max(MAX_NAME_LENGTH),
  /** A description of the machine and the source of its figures. */
  about: z.string().max(ABOUT_LENGTH),
  /** Set by `calibrate`. */
  host: Host.optional(),
  /** Cores of all sockets together. */
  cores: z.int().min(1).max(65_536),
  /** Sockets, hyper-threads and what they share. Without it, each thread has a core of one socket. */
  topology: TopologyShape.optional(),
  /** A core's caches. The time of the second is in addition to that of the first. */
  l1: cache(KB, 4096 * KB),
  l2: cache(KB, 64 * 1024 * KB),
  /**
   * Latency of a dependent load that misses both caches, and the third if the topology has one, by the bytes in use.
   * Between two sizes it is interpolated on a logarithmic scale. Measured figures include the translation of the address.
   */
  miss: z.array(missShape).min(1).max(100).refine((points) => points.every(({ bytes }, i) => i === 0 || bytes > points[i - 1].bytes), 'the sizes must ascend'),
  /** Time between two prefetched lines. */
  streamNs: line,
  /**
   * Latency of a prefetched line, in addition to a hit of the first cache, with up to `count` streams at a time, which cross the ends of pages.
   * A core follows no more than the last count. Without it, it follows 128, each in a page, and their lines come from the second cache.
   */
  streams: z.array(streamShape).min(1).max(MOST_STREAMS).refine((points) => points.every(({ count }, i) => i === 0 || count > points[i - 1].count), 'the counts must ascend').optional(),
  /** Work that a core does ahead of an incomplete access. */
  windowNs: line,
  /** Stores in the store buffer. */
  storeBuffer: z.int().min(1).max(10_000),
  /** Outstanding misses of a core. */
  lines: z.int().min(1).max(10_000),
  /** Penalty of a mispredicted branch after it is resolved. */
  mispredictNs: access,
  /** Bandwidth of a socket's memory; null for no limit. */
  bytesPerSecond: bandwidth.nullable(),
  /** Transfer of a dirty line between cores of a socket. The line is busy meanwhile. */
  transferNs: line,
  /** An access that hits the first cache, with the code around it, in compiled JavaScript. */
  accessNs: ns(0.001, 1000),
  /** The same in the tuned mark loop, which is WebAssembly. */
  tunedAccessNs: ns(0.001, 1000),
  atomicLoadNs: access,
  atomicStoreNs: access,
  /** True if misses before and after an atomic access overlap; without it, it waits for all before it, and all after it wait for it. */
  atomicsOverlap: z.boolean().optional(),
  /** A compare-exchange, an addition. */
  rmwNs: access,
  /** One line of a fill or a copy. */
  rangeNs: access,
  /** One pause instruction of a spinning thread. */
  pauseNs: access,
  /** An Atomics.notify call that wakes a thread. */
  notifyNs: call,
  /** Time from the end of that call until the thread runs. */
  wakeNs: call,
  /** Time of a sleep beyond its timeout. */
  sleepNs: call,
});

export type MachineModel = z.infer<typeof MachineModelShape>;

/** Returns the latency in ns of a dependent miss with `inUse` bytes in use. */
export function missNs(machine: MachineModel, inUse: number): number {
  const { miss } = machine;
  const after = miss.findIndex((point) => point.bytes >= inUse);
  if (after === 0) return miss[0].ns;
  if (after < 0) return miss[miss.length - 1].ns;
  const [low, high] = [miss[after - 1], miss[after]];
  const part = Math.log(inUse / low.bytes) / Math.log(high.bytes / low.bytes);
  return low.ns + part * (high.ns - low.ns);
}

/**
 * Checks that `value` is a machine model.
 * @returns the model, or a sentence about the first invalid parameter: "transferNs 24000: at most 5000"
 */
export function checkMachine(value: unknown): MachineModel | string {
  const result = MachineModelShape.safeParse(value);
  return result.success ? result.data : describeIssue(result.error, value);
}
