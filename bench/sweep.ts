/**
 * Span memory that one thread sweeps in a second, by block size and by share of survivors. The machine runs on this
 * thread alone. Each round allocates into the same spans, marks and sweeps. Only the sweep is measured, in CPU time,
 * which depends little on the load of the machine.
 */
import { rootCount, clearpools } from '../src/gc/roots.ts';
import { markWithOthers } from '../src/gc/helper.ts';
import { prepareMark } from '../src/gc/policy.ts';
import { NPROC, XNDONE, XNWAIT } from '../src/gc/work.ts';
import type { Mem } from '../src/memory/struct.ts';
import type { MRef } from '../src/machine/m.ts';
import { mallocgc } from '../src/malloc/malloc.ts';
import { NOTHING_TO_SWEEP, sweepone } from '../src/malloc/sweep.ts';
import { boot, planMemory } from '../src/runtime/boot.ts';
import { setUpSweep } from '../src/runtime/gc.ts';
import { setGlobal, storeWord } from '../src/runtime/mutator.ts';
import { MARKFOR, parforsetup } from '../src/sync/parfor.ts';
import { shapeFor } from '../src/run/shape.ts';
import { spanBytes } from '../src/workloads/footprint.ts';
import type { Suite } from './suite.ts';

const HEAP_BYTES = 64 << 20;
const ROUNDS = 15;
const SIZES = [16, 32, 128, 1024];
/** One block of this many survives; 0: none. */
const SURVIVORS = [1, 2, 10, 100, 0];

export const sweepSuite: Suite = {
  name: 'sweep',
  summary: 'GB of span memory swept a second by one thread, by size and survivors',
  async *measure() {
    for (const size of SIZES) {
      for (const every of SURVIVORS) yield { name: `sweep/${size} bytes/${every === 0 ? 'none' : `1 of ${every}`}`, unit: 'GB/s', samples: sweepRates(size, every) };
    }
  },
};

/** Returns the GB/s of each round. */
function sweepRates(size: number, every: number): number[] {
  const count = HEAP_BYTES / size;
  const arenaBytes = spanBytes(size, 2 * count) + spanBytes(16 * count, 1) + (16 << 20);
  const map = planMemory(shapeFor({ procs: 1 }, { arenaBytes, globals: 1, goroutines: 1 }));
  const m = new Int32Array(new SharedArrayBuffer(map.words * 4));
  const m0 = boot(m, map, -1);
  const keep = mallocgc(m, m0, 8 * count, 0);
  setGlobal(m, 0, keep);
  const samples: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    fill(m, m0, keep, size, count, every);
    mark(m, m0);
    setUpSweep(m);
    const started = cpuNs();
    while (sweepone(m, m0) !== NOTHING_TO_SWEEP);
    samples.push(spanBytes(size, count) / (cpuNs() - started));
  }
  return samples;
}

/** Allocates `count` blocks; the slice holds one of `every`. */
function fill(m: Mem, m0: MRef, keep: number, size: number, count: number, every: number): void {
  for (let i = 0; i < count; i++) {
    const block = mallocgc(m, m0, size, 0);
    storeWord(m, keep, i, every !== 0 && i % every === 0 ? block : 0);
  }
}

function mark(m: Mem, m0: MRef): void {
  clearpools(m, m0);
  Atomics.store(m, XNWAIT, 0);
  Atomics.store(m, XNDONE, 0);
  m[NPROC] = 1;
  parforsetup(m, MARKFOR, 1, rootCount(m), false);
  prepareMark(m);
  markWithOthers(m, m0);
}

function cpuNs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) * 1000;
}
