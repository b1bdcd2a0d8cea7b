/**
 * Observes the progress of a machine from outside. The places of its records come from its map, not from
 * its memory, which a user's step may have overwritten.
 */
import type { Mem } from '../../memory/struct.ts';
import type { MemoryMap, Region } from '../../memory/map.ts';
import { G, G_INTS } from '../../machine/g.ts';
import { M } from '../../machine/m.ts';
import { P } from '../../machine/p.ts';
import { SCHED, Sched } from '../../machine/sched.ts';
import { MCache } from '../../malloc/mcache-record.ts';
import { MSTATS, MStats } from '../../malloc/mstats.ts';
import { MHEAP, MHeap } from '../../malloc/mheap.ts';

/** Number of goroutines whose ints `work` reads. `memory` reads all. */
const MOST_GS = 256;

export class Pulse {
  private readonly m: Mem;
  private readonly map: MemoryMap;
  private readonly regions: ReadonlyMap<string, Region>;

  constructor(m: Mem, map: MemoryMap) {
    this.m = m;
    this.map = map;
    this.regions = new Map(map.regions.map((region) => [region.name, region]));
  }

  /** Returns for each M a count that grows with each step and each piece of a sweep or a mark. */
  beats(): number[] {
    const { start } = this.region('ms');
    return Array.from({ length: this.map.shape.procs }, (_, i) => this.m[start + i * M.words + M.at.heartbeat]);
  }

  /**
   * Returns a checksum of the state that progress changes: statistics, allocations of the Ps, the number of
   * goroutines, their ints. It stays the same while steps only call each other.
   */
  work(): number {
    const [gs, ms, ps] = [this.region('gs'), this.region('ms'), this.region('ps')];
    let sum = this.sum(0, MSTATS, MSTATS + MStats.words);
    sum = this.sum(sum, SCHED + Sched.at.goidgen, SCHED + Sched.at.goidgen + 1);
    for (let i = 0; i < this.map.shape.procs; i++) {
      const cache = ps.start + i * P.words + P.at.mcache;
      sum = this.sum(sum, cache, cache + MCache.words);
      const stats = ms.start + i * M.words + M.at.gcstats;
      sum = this.sum(sum, stats, stats + M.fields.gcstats.words);
    }
    for (let i = 0; i < Math.min(this.map.shape.maxGs, MOST_GS); i++) {
      const ints = gs.start + i * G.words + G.at.ints;
      sum = this.sum(sum, ints, ints + G_INTS);
    }
    return sum;
  }

  /** Returns a checksum of all state that programs can change: globals, the bitmap, the used heap. It reads the whole heap. */
  memory(): number {
    const arena = this.region('arena');
    const used = this.m[MHEAP + MHeap.at.arenaUsed];
    const end = used > arena.start && used <= arena.start + arena.words ? used : arena.start + arena.words;
    const globals = this.sum(this.work(), this.region('data').start, this.region('cycleLog').start);
    const bits = Math.ceil((end - arena.start) / 8 / this.map.shape.ptrWords);
    return this.sum(globals, Math.max(this.region('bitmap').start, arena.start - bits), end);
  }

  private region(name: string): Region {
    return this.regions.get(name) as Region;
  }

  private sum(before: number, from: number, to: number): number {
    const { m } = this;
    let sum = before | 0;
    for (let i = from; i < to; i++) sum = (Math.imul(sum, 31) + m[i]) | 0;
    return sum;
  }
}
