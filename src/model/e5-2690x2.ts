/**
 * Two Xeon E5-2690 (Sandy Bridge-EP, 2012): the machine of Go's change 123920043, which published pauses of this collector for 1 to
 * 32 threads. docs/explanation/model.md compares them. Each figure has its source. None is fitted to those pauses.
 *
 * Figures in cycles are at 3.8 GHz, the clock of one working core. "Manual" is Intel's Optimization Reference Manual
 * (248966), the chapter on Sandy Bridge; "datasheet" is that of the E5-1600/2600 family (326508); "Fog" is Agner Fog's
 * microarchitecture manual and instruction tables.
 */
import type { MachineModel } from './machine-model.ts';
import { XEON_2 } from './xeon-2.ts';

const GHZ = 3.8;

/** Returns the ns of that many cycles of one working core. */
function cycles(n: number): number {
  return n / GHZ;
}

/** xeon-2's clock and reorder buffer. Figures of the mark loop are scaled from it: times by the clock, the window by instructions. */
const FROM = { ghz: 2.6, reorderBuffer: 512 };
const accessNs = (XEON_2.accessNs * FROM.ghz) / GHZ;
/** Instructions of the reorder buffer: manual. */
const REORDER_BUFFER = 168;

export const E5_2690_X2: MachineModel = {
  name: 'e5-2690x2',
  about: 'two Xeon E5-2690 of 2012: 8 cores of 2.9 to 3.8 GHz with two hyper-threads, 20 MB of third cache and four memory channels each; figures from manuals, with the mark loop of xeon-2',
  cores: 16,
  topology: {
    sockets: 2,
    threadsPerCore: 2,
    // Datasheet: 2.5 MB of 20 ways for each core. Manual: 26 to 31 cycles on the ring of a four-core part; reviews of the eight-core part: 30 to 40.
    l3: { bytes: 20 << 20, ways: 20, ns: cycles(38) },
    link: {
      // Published pointer chases: about 80 ns to the own memory, 130 to the other's.
      missNs: 50,
      // Published core-to-core tests: a modified line of the other socket takes about as long as its memory.
      transferNs: 120,
      // Datasheet: two QPI links of 8 GT/s, two bytes each way.
      bytesPerSecond: 32e9,
    },
    // Manual: 64 entries and 512, of four ways; 7 cycles for the second. A walk finds its last entry in the third cache:
    // those of a heap of 1 GB take 2 MB. Pages of 4 KB.
    tlb: { pageBytes: 4 << 10, ways: 4, entries: 64, second: 512, secondNs: cycles(7), walkNs: cycles(45) },
    // Specification update: bins of 100 MHz above 2.9 GHz, for one to eight cores: 9 9 7 5 5 5 4 4.
    ghz: [3.8, 3.8, 3.6, 3.4, 3.4, 3.4, 3.3, 3.3],
  },
  // Manual: 4 cycles, and 12 for the second cache.
  l1: { bytes: 32 << 10, ns: cycles(4) },
  l2: { bytes: 256 << 10, ns: cycles(8) },
  miss: [{ bytes: 20 << 20, ns: 80 }],
  // One core reads 10 to 11 GB/s: published runs of STREAM with one thread.
  streamNs: 6,
  windowNs: (((XEON_2.windowNs / XEON_2.accessNs) * REORDER_BUFFER) / FROM.reorderBuffer) * accessNs,
  // Manual: 36 stores, 10 line fill buffers.
  storeBuffer: 36,
  lines: 10,
  // Fog: 15 cycles or more.
  mispredictNs: cycles(16),
  // Datasheet: four channels of DDR3-1600.
  bytesPerSecond: 51.2e9,
  // Published core-to-core tests on one socket, without the CAS.
  transferNs: 40,
  accessNs,
  tunedAccessNs: (XEON_2.tunedAccessNs * FROM.ghz) / GHZ,
  // In Go's C an atomic load is an ordinary one.
  atomicLoadNs: accessNs,
  // Fog: 25 cycles for xchg with memory, 22 for a locked cmpxchg, 11 for pause.
  atomicStoreNs: cycles(25),
  rmwNs: cycles(22),
  rangeNs: 2,
  pauseNs: cycles(11),
  // Linux on hardware, as for server-16.
  notifyNs: 3000,
  wakeNs: 20_000,
  sleepNs: 55_000,
};
