/** What a machine model says: how long things take on one machine, and how large its caches are. */
import { z } from 'zod';
import { describeIssue } from '../base/issue-text.ts';

/** Nanoseconds from `min` to `max`: what lies outside no machine takes, and a measurement says it only if it was disturbed. */
function ns(min: number, max: number) {
  return z.number().min(min).max(max);
}

/** Of one access or one line; of what the operating system does. */
const access = ns(0, 1000);
const line = ns(0, 5000);
const call = ns(0, 10_000_000);
const KB = 2 ** 10;
const GB = 2 ** 30;

/** Bytes of a cache that each thread has; the model keeps a table of its lines. */
function cache(min: number, max: number) {
  return z.strictObject({ bytes: z.int().min(min).max(max), ns: access });
}

const missShape = z.strictObject({ bytes: z.int().min(KB).max(1024 * GB), ns: line });
/** Longest names and descriptions, in characters. */
export const MAX_NAME_LENGTH = 100;
const ABOUT_LENGTH = 1000;

/** Where a machine was measured. */
const Host = z.strictObject({
  cpu: z.string().max(ABOUT_LENGTH),
  cores: z.int().min(1).max(65_536),
  /** Version of Node. */
  node: z.string().max(MAX_NAME_LENGTH),
});
export type Host = z.infer<typeof Host>;

export const MachineModelShape = z.strictObject({
  name: z.string().min(1).max(MAX_NAME_LENGTH),
  /** Which machine this is, and where the numbers are from. */
  about: z.string().max(ABOUT_LENGTH),
  /** Of a machine that `calibrate` has measured. */
  host: Host.optional(),
  cores: z.int().min(1).max(65_536),
  /** A core's own caches; what is in the second costs so much more than what is in the first. */
  l1: cache(KB, 4096 * KB),
  l2: cache(KB, 64 * 1024 * KB),
  /**
   * A load that misses both and depends on the one before it, by the bytes that are in use
   * all in all; between two sizes it is interpolated, on a logarithmic scale of sizes.
   */
  miss: z.array(missShape).min(1).max(100).refine((points) => points.every(({ bytes }, i) => i === 0 || bytes > points[i - 1].bytes), 'the sizes must ascend'),
  /** Between two lines in order, which the core has fetched ahead. */
  streamNs: line,
  /** How much computing a core does ahead of an access that is not complete; stores whose lines it can wait for meanwhile. */
  windowNs: line,
  storeBuffer: z.int().min(1).max(10_000),
  /** Lines that a core can wait for at a time. */
  lines: z.int().min(1).max(10_000),
  /** A branch that was guessed wrongly, from when it is known. */
  mispredictNs: access,
  /** Bytes a second that all cores together get from memory; null for no limit. */
  bytesPerSecond: z.number().min(1e6).max(1e18).nullable(),
  /** A line that another core has written comes over; no other core can have it for as long. */
  transferNs: line,
  /** Accesses whose line is at hand, with the computing around them in compiled JavaScript. */
  accessNs: ns(0.001, 1000),
  /** The same in the tuned mark loop, which is compiled to other code. */
  tunedAccessNs: ns(0.001, 1000),
  atomicLoadNs: access,
  atomicStoreNs: access,
  /** A compare-exchange, an addition. */
  rmwNs: access,
  /** A line of a fill or a copy. */
  rangeNs: access,
  /** One pause instruction of a spinning thread. */
  pauseNs: access,
  /** Atomics.notify that wakes a thread; until that thread goes on; what any sleep takes beside its time. */
  notifyNs: call,
  wakeNs: call,
  sleepNs: call,
});

export type MachineModel = z.infer<typeof MachineModelShape>;

/** Nanoseconds of a dependent miss when `inUse` bytes are in use. */
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
 * The machine that `value` is.
 * @returns or, as text, which parameter makes it none: "transferNs 24000: at most 5000"
 */
export function checkMachine(value: unknown): MachineModel | string {
  const result = MachineModelShape.safeParse(value);
  return result.success ? result.data : describeIssue(result.error, value);
}
