/**
 * Pairs of functions of the heap that race on purpose, and little around them.
 *
 *     spans     M 0 looks a block up, gives it a finalizer and sweeps; M 1 frees its neighbour and a span, and the arena grows
 *     channel   M 0 sends to a channel and receives from it; M 1 asks for its length
 *     samples   M 0 records the size of the heap; M 1 frees a span and allocates one
 */
import type { Mem } from '../../../memory/struct.ts';
import { loadWide } from '../../../memory/wide.ts';
import { MOMENT, SAMPLE } from '../../../sync/event-kinds.ts';
import { EVENT_RING, Event, eventRingAt } from '../../../sync/events.ts';
import { fatal } from '../../../base/fatal.ts';
import { gAt, type GRef } from '../../../machine/g.ts';
import { mAt, type MRef } from '../../../machine/m.ts';
import { FLAG_NOSCAN } from '../../../malloc/flags.ts';
import { free } from '../../../malloc/free.ts';
import { lookup } from '../../../malloc/lookup.ts';
import { mallocgc } from '../../../malloc/malloc.ts';
import { MSTATS, MStats } from '../../../malloc/mstats.ts';
import { addfinalizer, removefinalizer } from '../../../malloc/specials.ts';
import { sweepone } from '../../../malloc/sweep.ts';
import { sampleHeap } from '../../../runtime/gc.ts';
import { chanlen, makechan, tryrecv, trysend } from '../../../runtime/chan.ts';
import { newg } from '../../../runtime/goroutine.ts';
import { getGlobal, getSlot, setGlobal } from '../../../runtime/mutator.ts';
import { endMark, keep } from '../programs/after-mark.ts';
import type { ModulePerM } from '../module.ts';
import type { Knobs, Setting } from '../setting.ts';

const PAIR = { spans: 0, channel: 1, samples: 2 } as const;
const PAGE = 8192;
const BYTES = 2048;
/** Globals: the block that M 0 holds, the one that M 1 frees, and the large one that M 1 frees. */
const HELD = 0;
const FREED = 1;
const LARGE = 2;
/** Pages of the large block, and of the one for which the arena grows. */
const LARGE_PAGES = 5;
const GROWN_PAGES = 7;

const CAPACITY = 2;
const ELEMENT_BYTES = 8;
/** Slots of the goroutine: the channel, and an element. */
const CHANNEL = 0;
const ELEMENT = 1;
const SLOTS = 2;

function build(m: Mem, m0: MRef, { knobs }: Setting): void {
  if (knobs.pair === PAIR.channel) {
    const gp = newg(m, m0, 0, 0, SLOTS, false);
    makechan(m, m0, gp, CHANNEL, ELEMENT_BYTES, CAPACITY, FLAG_NOSCAN);
    return;
  }
  setGlobal(m, HELD, mallocgc(m, m0, BYTES, FLAG_NOSCAN));
  setGlobal(m, FREED, mallocgc(m, m0, BYTES, FLAG_NOSCAN));
  setGlobal(m, LARGE, mallocgc(m, m0, LARGE_PAGES * PAGE, FLAG_NOSCAN));
  for (let i = HELD; i <= LARGE; i++) keep(m, getGlobal(m, i));
  endMark(m, m0);
}

function run(m: Mem, index: number, _operations: unknown, { pair }: Knobs): void {
  const mp = mAt(m, index);
  if (pair === PAIR.channel) useChannel(m, mp, index, gAt(m, 0));
  else if (pair === PAIR.samples) useSamples(m, mp, index);
  else if (index === 0) holdBlock(m, mp);
  else freeBeside(m, mp);
}

function holdBlock(m: Mem, mp: MRef): void {
  const held = getGlobal(m, HELD);
  const { base, size } = lookup(m, mp, held);
  if (base !== held || size !== BYTES) fatal('LOOKUP_WRONG', { block: held, word: 0, base, size });
  if (!addfinalizer(m, mp, held * 4, 1, 0)) fatal('FINALIZER_NOT_AS_SET', { address: held * 4, had: 0 });
  sweepone(m, mp);
  sweepone(m, mp);
}

function freeBeside(m: Mem, mp: MRef): void {
  free(m, mp, getGlobal(m, LARGE));
  mallocgc(m, mp, GROWN_PAGES * PAGE, FLAG_NOSCAN);
  free(m, mp, getGlobal(m, FREED));
}

/** M 0 sends until the channel is full, and receives all. M 1 reads lengths. */
function useChannel(m: Mem, mp: MRef, index: number, gp: GRef): void {
  const c = getSlot(m, gp, CHANNEL);
  if (index === 0) {
    while (trysend(m, mp, gp, c, ELEMENT));
    while (tryrecv(m, mp, gp, c, ELEMENT));
    return;
  }
  for (let i = 0; i < CAPACITY; i++) {
    const length = chanlen(m, c);
    if (length < 0 || length > CAPACITY) fatal('CHANNEL_LENGTH', { length, capacity: CAPACITY });
  }
}

/** M 0 samples the heap twice. M 1 frees the large block and allocates a larger one. */
function useSamples(m: Mem, mp: MRef, index: number): void {
  if (index === 0) {
    sampleHeap(m, mp);
    sampleHeap(m, mp);
  } else {
    free(m, mp, getGlobal(m, LARGE));
    mallocgc(m, mp, GROWN_PAGES * PAGE, FLAG_NOSCAN);
  }
}

/** Each sample is a size that the heap has had: with the large block, without it, or with the larger one. */
function checkSamples(m: Mem): string {
  const last = m[MSTATS + MStats.at.heapAllocQ] * 8;
  const without = last - GROWN_PAGES * PAGE;
  const sizes = [without + LARGE_PAGES * PAGE, without, last];
  const ring = eventRingAt(m, 0);
  const written = Atomics.load(m, ring + EVENT_RING.xwritten);
  let samples = 0;
  for (let i = 0; i < written; i++) {
    const event = ring + EVENT_RING.event + i * Event.words;
    if (m[event + Event.at.kind] !== MOMENT.sample || m[event + Event.at.detail] !== SAMPLE.heapLive) continue;
    samples++;
    const bytes = loadWide(m, event + Event.at.end);
    if (!sizes.includes(bytes)) return `SAMPLE_WRONG: the heap had ${bytes} bytes in a sample, and never in fact`;
  }
  return samples === 2 ? '' : `SAMPLES_LOST: ${samples} of 2 samples were recorded`;
}

/** The block that M 0 holds has its finalizer, and the freed one none. */
function check(m: Mem, _results: readonly unknown[], { knobs }: Setting): string {
  if (knobs.pair === PAIR.channel) return '';
  if (knobs.pair === PAIR.samples) return checkSamples(m);
  const m0 = mAt(m, 0);
  const held = getGlobal(m, HELD);
  if (lookup(m, m0, held).base !== held) return 'LOOKUP_WRONG: the block that M0 holds is not found';
  return removefinalizer(m, m0, held * 4) ? '' : 'FINALIZER_LOST: the block that M0 holds has lost its finalizer';
}

export const RACY_HEAP = {
  name: 'racy-heap',
  summary: 'a block is looked up beside frees and growth, or the length of a channel is read, or the size of the heap is recorded: only the functions that race on purpose',
  procs: [2],
  knobs: [{ name: 'pair', summary: '0 spans and specials; 1 a channel; 2 samples of the heap', values: [PAIR.spans, PAIR.channel, PAIR.samples] }],
  shape: ({ pair }) => ({ arenaPages: 32, chunkPages: 8, ...(pair === PAIR.samples && { eventCap: 64 }) }),
  withoutOracle: true,
  build,
  run,
  check,
} satisfies ModulePerM;
