/**
 * Measures what a core sees of the memory: caches, translations, streams, and how far it works ahead.
 *
 * 1. A size that the system does not tell is the largest power of two whose lines take about as long as those of a smaller one.
 * 2. A chase through one line of each page shows the translations; a chase through all lines, less their time, the memory.
 * 3. The latency of a prefetched line is measured for each number of streams at a time, up to the first whose lines come from memory.
 */
import type { MachineModel } from '../machine-model.ts';
import type { StreamLatency } from '../streams.ts';
import type { SharedCache, Tlb } from '../topology.ts';
import type { ProbeName } from './probes.ts';
import type { SystemFacts } from './system.ts';

const KB = 1 << 10;
const MB = 1 << 20;
const SMALL = 32 * KB;
const LINE = 64;
const PAGE = 4 * KB;
/** Sizes at which a pointer chase measures a miss of both private caches. */
const BEYOND = [4 * MB, 8 * MB, 16 * MB, 64 * MB, 256 * MB];
/** Candidates for the size of the second cache. */
const SECOND = [256 * KB, 512 * KB, MB, 2 * MB];
/** Assumed where the system doesn't tell. */
const L1_BYTES = 48 * KB;
/** A size far beyond the caches. */
const FAR = 64 * MB;
/** Associativity of third cache and TLBs, and entries of the first TLB: not measured. */
const WAYS = 16;
const TLB_WAYS = 8;
const FIRST_PAGES = 64;
/** More than a core has. */
const MOST_WALKERS = 16;
/** Candidates for the pages of both TLBs. */
const PAGES = [512, 1024, 2048, 4096, 8192];
/** Numbers of streams at a time. */
const STREAMS = [1, 4, 8, 16, 32, 64, 128];
/** Part of a cache that a chase may fill: the rest holds what else runs. */
const PART = 5 / 8;
/** Relative excess at which a cache has ended, and share of a memory's latency at which a line does not come from it. */
const ENDED = 1.5;
const NEAR = 0.4;
const PREFETCHED = 0.25;

/** Runs a probe over memory of the given bytes; see ProbeTask for `count`. */
export type Measure = (probe: ProbeName, bytes?: number, count?: number) => Promise<number>;

export interface MeasuredMemory {
  readonly machine: Pick<MachineModel, 'l1' | 'l2' | 'miss' | 'streams' | 'lines' | 'windowNs' | 'atomicsOverlap'>;
  readonly l3: SharedCache | undefined;
  readonly tlb: Tlb | undefined;
  /** Latency of a dependent load by working set, ns. */
  readonly chases: readonly { readonly bytes: number; readonly ns: number }[];
  /** Latency of a miss far beyond the caches, translation included. */
  readonly farNs: number;
}

export async function measureMemory(system: SystemFacts, one: Measure): Promise<MeasuredMemory> {
  const chased = new Map<number, number>();
  async function chase(bytes: number): Promise<number> {
    const ns = chased.get(bytes) ?? (await one('chase', bytes));
    chased.set(bytes, ns);
    return ns;
  }
  const l1Ns = await chase(SMALL);
  const l2Bytes = system.l2Bytes ?? (await secondCache(chase));
  // The other half of the second cache holds what else runs.
  const within = Math.max(2 * SMALL, l2Bytes / 2);
  const l2Ns = Math.max(0, (await chase(within)) - l1Ns);
  const farNs = await chase(FAR);
  const beyond = BEYOND.filter((bytes) => bytes > l2Bytes);
  for (const bytes of beyond) await chase(bytes);
  const inThird = beyond.filter((bytes) => chased.get(bytes)! < NEAR * farNs);
  const l3Bytes = inThird.at(-1);
  const l3: SharedCache | undefined = l3Bytes === undefined ? undefined : { bytes: l3Bytes, ways: WAYS, ns: chased.get(inThird[0])! };
  const tlb = await measureTlb(one, chase);
  const scattered = (await one('scatter', FAR)) - (await one('scatter'));
  const miss = beyond.filter((bytes) => !inThird.includes(bytes)).map((bytes) => ({ bytes, ns: Math.max(0, chased.get(bytes)! - translationNs(tlb, bytes)) }));
  return {
    machine: {
      l1: { bytes: system.l1Bytes ?? L1_BYTES, ns: l1Ns },
      l2: { bytes: l2Bytes, ns: l2Ns },
      miss,
      streams: await measureStreams(one, l1Ns, farNs),
      lines: Math.max(1, Math.round(farNs / Math.max(1, scattered))),
      windowNs: await one('window', FAR),
      atomicsOverlap: (await one('scatterRmw', FAR)) - scattered < farNs / 2,
    },
    l3,
    tlb,
    chases: [...chased].map(([bytes, ns]) => ({ bytes, ns })).sort((a, b) => a.bytes - b.bytes),
    farNs,
  };
}

async function secondCache(chase: (bytes: number) => Promise<number>): Promise<number> {
  const least = await chase(4 * SMALL);
  let found = SECOND[0];
  for (const bytes of SECOND) {
    if ((await chase(PART * bytes)) > ENDED * least) break;
    found = bytes;
  }
  return found;
}

/** Returns the TLBs; undefined if pages cost nothing, as large ones do. */
async function measureTlb(one: Measure, chase: (bytes: number) => Promise<number>): Promise<Tlb | undefined> {
  // The lines that the pages share are in the second cache.
  const excess = async (pages: number) => (await one('pages', pages * PAGE)) - (await chase(Math.max(SMALL, pages * LINE)));
  const walkNs = await excess(2 * PAGES.at(-1)!);
  const secondNs = Math.max(0, await excess(PAGES[0]));
  if (walkNs < ENDED * secondNs + 1) return undefined;
  let second = PAGES[0];
  for (const pages of PAGES) {
    if ((await excess(pages)) > walkNs / 2) break;
    second = pages;
  }
  // Independent walks overlap. The lines of so many pages come from a cache, and overlap far more.
  const pages = 2 * PAGES.at(-1)!;
  const walkers = Math.round((walkNs * (1 - second / pages)) / Math.max(1, await one('scatterPages', pages * PAGE)));
  return { pageBytes: PAGE, ways: TLB_WAYS, entries: FIRST_PAGES, second, secondNs, walkNs, walkers: Math.max(1, Math.min(MOST_WALKERS, walkers)) };
}

/** Returns the part of a chase through `bytes` that is spent on translations. */
function translationNs(tlb: Tlb | undefined, bytes: number): number {
  if (tlb === undefined) return 0;
  const reached = Math.min(1, (tlb.second * tlb.pageBytes) / bytes);
  return reached * tlb.secondNs + (1 - reached) * tlb.walkNs;
}

/** Returns the latency of a prefetched line by the number of streams at a time; undefined if streams end at the ends of pages. */
async function measureStreams(one: Measure, l1Ns: number, farNs: number): Promise<StreamLatency[] | undefined> {
  const found: StreamLatency[] = [];
  for (const count of STREAMS) {
    const ns = await one('streams', FAR, count);
    if (ns >= PREFETCHED * farNs) break;
    found.push({ count, ns: Math.max(0, ns - l1Ns) });
  }
  // A stream that ends with its page waits for a miss or two at each new one.
  const crosses = found.length > 0 && (found[0].ns + l1Ns) * (PAGE / LINE) <= 2 * farNs;
  return crosses ? found : undefined;
}
