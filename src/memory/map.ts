/**
 * The map of the shared memory: one buffer of fixed size, region after region. It is
 * reserved whole and touched lazily, as an OS maps pages; a growable buffer would make
 * every access ten times slower.
 *
 *     segment | Gs | Ms | Ps | data | bss | cycle log | collect stats | trace | events | type table |
 *     persistent | workbufs | spans | span map | pointer bits | collector data | hints |
 *     page states | scan bits | span queues | bitmap (grows down) | arena (grows up)
 */
import { UsageError } from '../base/fatal.ts';
import { LARGE_SHIFT, PAGE_WORDS, SMALL_SHIFT, type Ref } from './address.ts';
import { CONFIG, Config, DEBUG, OPTION_WORDS, TYPES, type OptionWord } from './config.ts';
import { SEGMENT_WORDS } from './segment.ts';
import type { Mem } from './struct.ts';

/** Values of the words that options set. A word that is left out has its value in OPTION_WORDS. */
export type OptionValues = { readonly [Word in OptionWord]?: number | boolean };

/** Sizes of everything in the memory, and the values of the machine's options. */
export interface MachineShape extends OptionValues {
  readonly ptrWords: 1 | 2;
  readonly procs: number;
  /** Whether there is a core for each P's thread; false by default. */
  readonly hasCores?: boolean;
  readonly arenaPages: number;
  /** What of the arena's range the operating system has given to others; offset and size in bytes. */
  readonly osHoles: readonly { readonly offset: number; readonly bytes: number }[];
  readonly maxGs: number;
  /** Most words of a stack; of the smallest, a power of two; of the free ones of a size that a P may keep. */
  readonly stackWords: number;
  readonly stackMinWords: number;
  readonly stackCacheWords: number;
  readonly dataWords: number;
  readonly bssWords: number;
  readonly persistentWords: number;
  readonly cycleLogCap: number;
  readonly maxWorkbufs: number;
  readonly workbufCap: number;
  readonly ptrBufCap: number;
  readonly handoffThreshold: number;
  readonly chunkPages: number;
  /** Bits of the push counter of a lock-free stack; 0 to 16. */
  readonly abaBits: number;
  readonly timeslice: number;
  readonly policy: number;
  /** Words of the type table. */
  readonly typeWords: number;
  /** One of TYPES; a collector's number in gc/collectors/registry.ts; bits of DEBUG. */
  readonly types: number;
  readonly collector: number;
  readonly debug: number;
  /** Finalizers that a block of their queue holds; as Go's unless given. */
  readonly finBlockCap?: number;
  /** Events that each M's ring of events holds, a power of two; none unless given. */
  readonly eventCap?: number;
  /** Pointers are those of a machine of more than 4 GB (address.ts), whatever the size; for tests. */
  readonly hasLargePointers?: boolean;
  /** The arena begins at this word or behind it; on the first page after the rest unless given. */
  readonly arenaFrom?: Ref;
}

/** Finalizers in Go's block of 4 KB, behind a header of 64 bytes. */
export const FIN_BLOCK_CAP = 252;

/** The facts of higher rooms that a memory is planned by: words of one record of each kind, and the collectors. */
export interface RecordSizes {
  readonly g: number;
  readonly m: number;
  readonly p: number;
  readonly span: number;
  readonly workbuf: (cap: number) => number;
  readonly cycle: (procs: number) => number;
  readonly collectStats: number;
  /** The ring of allocfreetrace, as a whole. */
  readonly trace: number;
  /** A ring of events for `cap` events. */
  readonly eventRing: (cap: number) => number;
  /** Words that collector number `id` keeps besides the bitmap, for an arena of `arenaPages` pages. */
  readonly collectorData: (id: number, arenaPages: number) => number;
  /** Does mark loop number `policy` keep a filter of hints? */
  readonly hasHints: (policy: number) => boolean;
  /** What mark loop number `policy` needs to mark spans as a whole: words of a queue; 0: it does not. */
  readonly spanQueue: (policy: number) => number;
}

export interface Region {
  readonly name: string;
  readonly start: Ref;
  readonly words: number;
  /** What one record in it takes, or 0 for a region without records. */
  readonly recordWords: number;
}

export interface MemoryMap {
  readonly shape: MachineShape;
  readonly regions: readonly Region[];
  readonly words: number;
  /** See ptrShift in config.ts. */
  readonly ptrShift: number;
}


/** A pointer of one word is a byte offset, and so is the low word of one where the memory has at most so many words. */
export const MOST_SMALL_WORDS = 2 ** 30;
/**
 * A ref is a signed 32-bit integer, so no memory is larger. The last 16 MB stay free, so that a sum of a ref and the
 * size of any type is one, too.
 */
export const MOST_WORDS = 2 ** 31 - 2 ** 22;

/** The regions of a machine would end beyond what its pointers reach. */
export class MemoryTooLarge extends UsageError {}

/**
 * Places every region.
 * @throws MemoryTooLarge when the machine is larger than its pointers reach.
 */
export function mapMemory(shape: MachineShape, sizes: RecordSizes): MemoryMap {
  const regions: Region[] = [];
  let end = SEGMENT_WORDS;
  function place(name: string, count: number, recordWords: number, align: number): void {
    const words = count * (recordWords || 1);
    // A region that grows down must touch the next one, which starts on a page.
    const start =
      name === 'bitmap'
        ? Math.ceil(Math.max(end + words, shape.arenaFrom ?? 0) / PAGE_WORDS) * PAGE_WORDS - words
        : Math.ceil(end / align) * align;
    regions.push({ name, start, words, recordWords });
    end = start + words;
  }
  const { procs, arenaPages, ptrWords } = shape;
  place('gs', shape.maxGs, sizes.g, 16);
  place('ms', procs, sizes.m, 16);
  place('ps', procs, sizes.p, 16);
  place('data', shape.dataWords, 0, 16);
  place('bss', shape.bssWords, 0, 16);
  place('cycleLog', shape.cycleLogCap, sizes.cycle(procs), 16);
  place('collectStats', (shape.debug & DEBUG.collectstats) !== 0 ? procs : 0, sizes.collectStats, 16);
  place('trace', (shape.debug & DEBUG.allocfreetrace) !== 0 ? sizes.trace : 0, 0, 16);
  place('events', shape.eventCap === undefined || shape.eventCap === 0 ? 0 : procs, sizes.eventRing(shape.eventCap ?? 0), 16);
  place('typeTable', shape.typeWords, 0, 16);
  place('persistent', shape.persistentWords, 0, 16);
  place('workbufs', shape.maxWorkbufs, sizes.workbuf(shape.workbufCap), 16);
  place('spans', spanRecords(arenaPages), sizes.span, 16);
  place('spanMap', arenaPages, 1, 16);
  const heapWords = (arenaPages * PAGE_WORDS) / ptrWords;
  place('ptrBits', shape.types === TYPES.heapbits ? heapWords / 32 : 0, 0, 16);
  place('collectorData', sizes.collectorData(shape.collector, arenaPages), 0, 16);
  // A bit for each 16 bytes: 32 of them share a word.
  place('hints', sizes.hasHints(shape.policy) ? (arenaPages * PAGE_WORDS) / 128 : 0, 0, 16);
  const queueWords = sizes.spanQueue(shape.policy);
  place('pageStates', queueWords === 0 ? 0 : spanRecords(arenaPages), 1, 16);
  place('spanQueues', queueWords === 0 ? 0 : procs, queueWords, 16);
  // Four bits a heap word: 16 heap words share two 32-bit bitmap words.
  place('bitmap', (arenaPages * PAGE_WORDS) / (16 * ptrWords), 2, 16);
  place('arena', arenaPages, PAGE_WORDS, PAGE_WORDS);
  const most = ptrWords === 1 ? MOST_SMALL_WORDS : MOST_WORDS;
  if (end > most) {
    throw new MemoryTooLarge(`a machine with an arena of ${Math.ceil(arenaPages / 128)} MB takes ${Math.ceil((end * 4) / 2 ** 20)} MB of memory; at most ${(most * 4) / 2 ** 20} MB are possible`);
  }
  const ptrShift = end > MOST_SMALL_WORDS || shape.hasLargePointers === true ? LARGE_SHIFT : SMALL_SHIFT;
  return { shape, regions, words: end, ptrShift };
}

/** A span a page, the empty span, and one about to be joined with its neighbour. */
function spanRecords(arenaPages: number): number {
  return arenaPages + 2;
}

/** Writes the machine's constants into fresh memory. */
export function writeConfig(m: Mem, map: MemoryMap): void {
  const { shape, regions } = map;
  const start = Object.fromEntries(regions.map((region) => [region.name, region.start]));
  const arena = regions[regions.length - 1];
  const recordWords = Object.fromEntries(regions.map((region) => [region.name, region.recordWords]));
  const idBits = 32 - shape.abaBits;
  const values: Record<Exclude<keyof typeof Config.at, OptionWord>, number> = {
    ptrWords: shape.ptrWords,
    ptrShift: map.ptrShift,
    nprocs: shape.procs,
    hasCores: shape.hasCores ? 1 : 0,
    gs: start.gs,
    ms: start.ms,
    ps: start.ps,
    data: start.data,
    bss: start.bss,
    cycleLog: start.cycleLog,
    persistentStart: start.persistent,
    persistentEnd: start.persistent + shape.persistentWords,
    workbufs: start.workbufs,
    spans: start.spans,
    spanMap: start.spanMap,
    hints: start.hints,
    pageStates: start.pageStates,
    spanQueues: start.spanQueues,
    bitmapEnd: arena.start,
    arenaStart: arena.start,
    arenaEnd: arena.start + arena.words,
    maxGs: shape.maxGs,
    maxSpans: spanRecords(shape.arenaPages),
    maxWorkbufs: shape.maxWorkbufs,
    stackWords: shape.stackWords,
    stackMinWords: shape.stackMinWords,
    stackCacheWords: shape.stackCacheWords,
    cycleLogCap: shape.cycleLogCap,
    workbufCap: shape.workbufCap,
    workbufWords: recordWords.workbufs,
    ptrBufCap: shape.ptrBufCap,
    handoffThreshold: shape.handoffThreshold,
    chunkPages: shape.chunkPages,
    lfstackIdBits: idBits,
    lfstackCountMask: shape.abaBits === 0 ? 0 : 2 ** shape.abaBits - 1,
    timeslice: shape.timeslice,
    typeTable: start.typeTable,
    collectStats: start.collectStats,
    trace: start.trace,
    eventCap: shape.eventCap ?? 0,
    events: start.events,
    eventRingWords: recordWords.events,
    ptrBits: start.ptrBits,
    collectorData: start.collectorData,
    finBlockCap: shape.finBlockCap ?? FIN_BLOCK_CAP,
  };
  for (const [field, value] of Object.entries(values)) {
    m[CONFIG + Config.at[field as keyof typeof Config.at]] = value;
  }
  for (const word of Object.keys(OPTION_WORDS) as OptionWord[]) {
    m[CONFIG + Config.at[word]] = Number(shape[word] ?? OPTION_WORDS[word]);
  }
}
