/**
 * The part of a machine model beyond single cores: sockets, hyper-threads, the caches and translations that they share.
 * A machine without it has one socket of cores with one thread each.
 */
import { z } from 'zod';
import { access, bandwidth, line } from './machine-ranges.ts';

const MOST_SOCKETS = 16;
const MOST_THREADS_PER_CORE = 8;

/** The cache that the cores of a socket share. */
const SharedCache = z.strictObject({
  bytes: z.int().min(1 << 10).max(2 ** 34),
  ways: z.int().min(1).max(64),
  /** Latency of a load that misses the core's own caches and hits this one. */
  ns: line,
});
export type SharedCache = z.infer<typeof SharedCache>;

/** The link between two sockets. */
const Link = z.strictObject({
  /** Added to a miss that the memory of another socket serves. */
  missNs: line,
  /** Transfer of a dirty line between cores of two sockets. */
  transferNs: line,
  /** Bandwidth of each direction; null for no limit. */
  bytesPerSecond: bandwidth.nullable(),
});
export type Link = z.infer<typeof Link>;

/** The translations of addresses that a core caches, at two levels. */
const Tlb = z.strictObject({
  pageBytes: z.int().min(4 << 10).max(2 ** 30),
  ways: z.int().min(1).max(64),
  entries: z.int().min(1).max(2 ** 20),
  second: z.int().min(1).max(2 ** 20),
  /** Time of a translation that only the second level has. */
  secondNs: access,
  /** Time of a walk through the tables of pages. */
  walkNs: line,
  /** Walks that a core makes at a time; without it, one. */
  walkers: z.int().min(1).max(64).optional(),
});
export type Tlb = z.infer<typeof Tlb>;

export const TopologyShape = z.strictObject({
  sockets: z.int().min(1).max(MOST_SOCKETS),
  /** Hyper-threads of a core. They share its caches, its window and its computing. */
  threadsPerCore: z.int().min(1).max(MOST_THREADS_PER_CORE),
  l3: SharedCache.optional(),
  link: Link.optional(),
  tlb: Tlb.optional(),
  /** Clock in GHz of each core of a socket, by the number of its cores that work: the first of one, the last of that many or more. */
  ghz: z.array(z.number().min(0.1).max(20)).min(1).max(1024).optional(),
}).refine(({ sockets, link }) => sockets === 1 || link !== undefined, 'several sockets need a link');
export type Topology = z.infer<typeof TopologyShape>;

/** Returns the factor by which a core's own times grow when `active` cores of its socket work. */
export function slowdown({ ghz }: Pick<Topology, 'ghz'>, active: number): number {
  return ghz === undefined ? 1 : ghz[0] / ghz[Math.min(active, ghz.length) - 1];
}
