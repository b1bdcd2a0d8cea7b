/** Memory from the operating system: each statistic against a recount of its uses. */
import { CONFIG, Config } from '../memory/config.ts';
import { PAGE_SHIFT } from '../memory/address.ts';
import { Span } from '../heap/span.ts';
import { MCache } from '../malloc/mcache-record.ts';
import { MHEAP, MHeap } from '../malloc/mheap.ts';
import { MSTATS, MStats } from '../malloc/mstats.ts';
import { SYS, Sys } from '../malloc/sys.ts';
import { WORK, Work } from '../gc/work.ts';
import { procs } from './caches.ts';
import type { Findings } from './problems.ts';
import { SPAN_KIND, spanPages, wide, type HeapView } from './view.ts';

const at = MStats.at;
/** Bytes that are mapped at a time, by use. */
const CHUNK = { workbufs: 1 << 20, spans: 16 << 10, bitmap: 8192, spanMap: 4096 } as const;
const STATISTICS = ['heapSys', 'stacksSys', 'mspanSys', 'mcacheSys', 'buckhashSys', 'gcSys', 'otherSys'] as const;

export function checkSys(h: HeapView, out: Findings): void {
  const m = h.m;
  const config = (field: keyof typeof Config.at) => m[CONFIG + Config.at[field]];
  const arena = (config('arenaEnd') - config('arenaStart')) * 4;
  const low = checkLowArea(h, out);

  const recordBytes = config('maxSpans') * Span.words * 4 - Span.words * 4;
  expectSys(h, out, 'mspanSys', inChunks(h.nspans * Span.words * 4, CHUNK.spans, recordBytes));
  expectSys(h, out, 'mcacheSys', procs(h) * MCache.words * 4);
  const workbufs = inChunks(m[WORK + Work.at.nbufs] * config('workbufWords') * 4, CHUNK.workbufs, config('maxWorkbufs') * config('workbufWords') * 4);
  // Four bits a heap word.
  const bitmap = inChunks(Math.floor(h.used / 2 ** h.shift) / 2, CHUNK.bitmap, Math.floor(arena / 2 ** h.shift) / 8);
  expectSys(h, out, 'gcSys', workbufs + bitmap);
  const spanMap = inChunks(h.pages * 4, CHUNK.spanMap, Math.floor(arena / 2 ** PAGE_SHIFT) * 4);
  const persistent = wide(m, MSTATS + at.otherSys) + wide(m, MSTATS + at.buckhashSys);
  if (persistent !== low + spanMap) {
    out.add('SYS_BYTES', () => `otherSys and buckhashSys make ${persistent}, but ${low} bytes were given out and the span map has ${spanMap}`);
  }
  const sum = STATISTICS.reduce((total, name) => total + wide(m, MSTATS + at[name]), 0);
  const mapped = wide(m, SYS + Sys.at.mapped);
  if (sum !== mapped) out.add('SYS_BYTES', () => `the statistics make ${sum} bytes, but the system has given ${mapped}`);
  checkUnused(h, out);
}

/** Rounds `bytes` up to whole chunks, at most `room`. */
function inChunks(bytes: number, chunk: number, room: number): number {
  return Math.min(room, Math.ceil(bytes / chunk) * chunk);
}

function expectSys(h: HeapView, out: Findings, name: (typeof STATISTICS)[number], expected: number): void {
  const value = wide(h.m, MSTATS + at[name]);
  if (value !== expected) out.add('SYS_BYTES', () => `${name} is ${value}, but what it counts has ${expected} bytes`);
}

/** Returns the bytes that were allocated from the low area. */
function checkLowArea(h: HeapView, out: Findings): number {
  const m = h.m;
  const start = m[CONFIG + Config.at.persistentStart];
  const end = m[CONFIG + Config.at.persistentEnd];
  const low = m[SYS + Sys.at.low];
  if (low < start || low > end) out.add('PERSISTENT_BOUNDS', () => `the next word to be given out is ${low}, outside ${start} to ${end}`);
  return (low - start) * 4;
}

/** Checks released pages, faulted spans, and the pages of the arena that no span covers. */
function checkUnused(h: HeapView, out: Findings): void {
  const m = h.m;
  const unused = wide(m, SYS + Sys.at.unused);
  const released = wide(m, MSTATS + at.heapReleased);
  if (unused !== released) out.add('SYS_BYTES', () => `${released} bytes of the heap count as released, but the system took ${unused}`);
  let faulted = 0;
  for (let i = 0; i < h.nspans; i++) if (h.kind[i] === SPAN_KIND.faulted) faulted += spanPages(h, i) * 2 ** PAGE_SHIFT;
  const faults = wide(m, SYS + Sys.at.faulted);
  if (faults !== faulted) out.add('SYS_BYTES', () => `${faults} bytes fault, but the spans that do make ${faulted}`);
  let gaps = 0;
  for (let page = 0; page < h.pages; page++) if (h.owner[page] === 0) gaps++;
  const known = m[MHEAP + MHeap.at.gapPages];
  if (gaps !== known) out.add('SPAN_TILING', () => `no span covers ${gaps} pages of the used arena, but gapPages is ${known}`);
}
