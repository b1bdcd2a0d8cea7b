/** What a machine model says: how long things take on one machine, and how large its caches are. */
import { z } from 'zod';

const ns = z.number().min(0).max(1e9);
const bytes = z.number().int().min(64).max(2 ** 40);

export const MachineModelShape = z.strictObject({
  name: z.string().min(1),
  /** Which machine this is, and where the numbers are from. */
  about: z.string(),
  cores: z.int().min(1),
  /** A core's own caches; what is in the second costs so much more than what is in the first. */
  l1: z.strictObject({ bytes, ns }),
  l2: z.strictObject({ bytes, ns }),
  /**
   * A load that misses both and depends on the one before it, by the bytes that are in use
   * all in all; between two sizes it is interpolated, on a logarithmic scale of sizes.
   */
  miss: z.array(z.strictObject({ bytes, ns })).min(1),
  /** Between two lines in order, which the core has fetched ahead. */
  streamNs: ns,
  /** How much computing a core does ahead of an access that is not complete; stores whose lines it can wait for meanwhile. */
  windowNs: ns,
  storeBuffer: z.int().min(1).max(10_000),
  /** Lines that a core can wait for at a time. */
  lines: z.int().min(1).max(10_000),
  /** A branch that was guessed wrongly, from when it is known. */
  mispredictNs: ns,
  /** Bytes a second that all cores together get from memory; null for no limit. */
  bytesPerSecond: z.number().positive().nullable(),
  /** A line that another core has written comes over; nobody else can have it for as long. */
  transferNs: ns,
  /** Accesses whose line is at hand, with the computing around them in compiled JavaScript. */
  accessNs: ns,
  /** The same in the tuned mark loop, which is compiled to other code. */
  tunedAccessNs: ns,
  atomicLoadNs: ns,
  atomicStoreNs: ns,
  /** A compare-exchange, an addition. */
  rmwNs: ns,
  /** A line of a fill or a copy. */
  rangeNs: ns,
  /** One pause instruction of a spinning thread. */
  pauseNs: ns,
  /** Atomics.notify that wakes somebody; until who was woken goes on; what any sleep takes beside its time. */
  notifyNs: ns,
  wakeNs: ns,
  sleepNs: ns,
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
