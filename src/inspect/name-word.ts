/** What a word of the shared memory is called: its record and field, or the block that it lies in. */
import type { Mem } from '../memory/struct.ts';
import { PAGE_WORD_SHIFT, type Ref } from '../memory/address.ts';
import { CONFIG, Config, ptrWords } from '../memory/config.ts';
import { SEGMENT_WORDS, segmentSlots, type SegmentName } from '../memory/segment.ts';
import { G, gAt } from '../machine/g.ts';
import { M } from '../machine/m.ts';
import { P } from '../machine/p.ts';
import { allglen } from '../machine/sched.ts';
import { ParFor, ParForThread } from '../sync/parfor.ts';
import { GROUP_SHIFT } from '../heap/bitmap.ts';
import { SPAN_STATE, Span, spanOf, type SpanRef } from '../heap/span.ts';
import { MCentral } from '../malloc/mcentral.ts';
import { nspan } from '../malloc/mheap.ts';
import { collectorOf } from '../gc/collector.ts';
import { nameField, type Layout } from './name-field.ts';
import { GLOBALS, GOROUTINE, MACHINE, MCENTRAL, PARFOR_THREAD, PROCESSOR, SPAN, workbufLayout } from './record-layouts.ts';

const { start: START, elemsize: ELEMSIZE, state: STATE } = Span.at;

/** The declared name of the word at `at` on the machine in `m`: `span 3 sweepgen`, `mcentral[4].lock`. */
export function nameWord(m: Mem, at: Ref): string {
  if (at < SEGMENT_WORDS) return nameGlobal(at);
  // A memory without a machine in it has no regions.
  const region = m[CONFIG + Config.at.nprocs] > 0 ? regionOf(m, at) : undefined;
  return region === undefined ? `word ${at}` : NAMERS[region](m, at - m[CONFIG + Config.at[region]], at);
}

function nameGlobal(at: Ref): string {
  const slot = segmentSlots.find(({ at: start, words }) => at >= start && at < start + words);
  if (slot === undefined) return `word ${at}`;
  const offset = at - slot.at;
  if (slot.name === 'mcentral') return nameRow('mcentral', MCENTRAL, MCentral.words, offset);
  if (slot.name === 'parfor' && offset >= ParFor.words) return nameRow('parfor', PARFOR_THREAD, ParForThread.words, offset - ParFor.words);
  const layout = GLOBALS[slot.name as SegmentName];
  return layout === undefined ? `${slot.name}+${offset}` : dotted(slot.name, nameField(layout, offset));
}

function nameRow(name: string, layout: Layout, words: number, offset: number): string {
  return dotted(`${name}[${Math.floor(offset / words)}]`, nameField(layout, offset % words));
}

function dotted(record: string, field: string): string {
  return field.startsWith('+') ? record + field : `${record}.${field}`;
}

type RegionName = keyof typeof NAMERS;
type Namer = (m: Mem, offset: number, at: Ref) => string;

/** By the region's name in the config, in the order of the map: one without words begins where the next does. */
const NAMERS = {
  gs: (m, offset) => nameG(m, offset),
  ms: (_m, offset) => nameRecord('M', MACHINE, M.words, offset),
  ps: (_m, offset) => nameRecord('P', PROCESSOR, P.words, offset),
  data: (_m, offset) => `data[${offset}]`,
  bss: (_m, offset) => `bss[${offset}]`,
  cycleLog: (_m, offset) => `cycle log+${offset}`,
  collectStats: (_m, offset) => `collect stats+${offset}`,
  trace: (_m, offset) => `trace+${offset}`,
  typeTable: (_m, offset) => `type table+${offset}`,
  persistentStart: (_m, offset) => `persistent memory+${offset}`,
  workbufs: (m, offset) => nameRecord('workbuf ', workbufLayout(m[CONFIG + Config.at.workbufCap]), m[CONFIG + Config.at.workbufWords], offset),
  spans: (_m, offset) => (offset < Span.words ? `empty span ${nameField(SPAN, offset)}` : nameRecord('span ', SPAN, Span.words, offset - Span.words)),
  spanMap: (_m, offset) => `span map[${offset}]`,
  ptrBits: (_m, offset) => `pointer bits[${offset}]`,
  collectorData: (m, offset) => `${collectorOf(m).data?.wordName ?? 'collector data'} ${offset}`,
  hints: (m, offset, at) => nameBitmap(m, at) ?? `hints[${offset}]`,
  arenaStart: (m, _offset, at) => nameArena(m, at),
} as const satisfies Partial<Record<keyof typeof Config.at, Namer>>;

function regionOf(m: Mem, at: Ref): RegionName | undefined {
  if (at >= m[CONFIG + Config.at.arenaEnd]) return undefined;
  const begun = (Object.keys(NAMERS) as RegionName[]).filter((name) => m[CONFIG + Config.at[name]] !== 0 && m[CONFIG + Config.at[name]] <= at);
  return begun.at(-1);
}

function nameRecord(name: string, layout: Layout, words: number, offset: number): string {
  return `${name}${Math.floor(offset / words)} ${nameField(layout, offset % words)}`;
}

function nameG(m: Mem, offset: number): string {
  const index = Math.floor(offset / G.words);
  const id = m[gAt(m, index) + G.at.id];
  return `goroutine ${id === 0 ? `record ${index}` : id} ${nameField(GOROUTINE, offset % G.words)}`;
}

/** The bitmap ends at the arena; undefined for a word before it. */
function nameBitmap(m: Mem, at: Ref): string | undefined {
  const arena = m[CONFIG + Config.at.arenaStart];
  const group = (arena - 1 - at) >> 1;
  const groupWords = ptrWords(m) << GROUP_SHIFT;
  const first = arena + group * groupWords;
  if (first >= m[CONFIG + Config.at.arenaEnd]) return undefined;
  const half = (arena - at) % 2 === 1 ? 'marks' : 'bits';
  const s = spanOf(m, first);
  if (s === 0) return `${half} of page ${pageOf(m, first)}, words ${wordsOf(first - pageStart(m, first), groupWords)}`;
  return `${half} of ${nameSpan(m, s)}, ${blocksOf(m, s, first, groupWords)}`;
}

/** The blocks of \`s\` that begin or go on in [first, first + words). */
function blocksOf(m: Mem, s: SpanRef, first: Ref, words: number): string {
  const size = m[s + ELEMSIZE] >> 2;
  const offset = first - m[s + START];
  if (size === 0 || m[s + STATE] !== SPAN_STATE.inUse) return `words ${wordsOf(offset, words)}`;
  const from = Math.floor(offset / size);
  const to = Math.floor((offset + words - 1) / size);
  return from === to ? `block ${from}` : `blocks ${from}-${to}`;
}

function wordsOf(offset: number, words: number): string {
  return `${offset}-${offset + words - 1}`;
}

function nameArena(m: Mem, at: Ref): string {
  const s = spanOf(m, at);
  if (s === 0) return `page ${pageOf(m, at)} word ${at - pageStart(m, at)}`;
  const offset = at - m[s + START];
  const size = m[s + ELEMSIZE] >> 2;
  if (m[s + STATE] === SPAN_STATE.stack) return nameStack(m, at) ?? `${nameSpan(m, s)} (stacks) word ${offset}`;
  if (m[s + STATE] !== SPAN_STATE.inUse || size === 0) return `${nameSpan(m, s)} (free) word ${offset}`;
  return `${nameSpan(m, s)} block ${Math.floor(offset / size)} word ${offset % size}`;
}

function nameStack(m: Mem, at: Ref): string | undefined {
  for (let i = 0; i < allglen(m); i++) {
    const gp = gAt(m, i);
    const stack = m[gp + G.at.stack];
    if (stack !== 0 && at >= stack && at < stack + m[gp + G.at.stackWords]) return `stack of goroutine ${m[gp + G.at.id]}[${at - stack}]`;
  }
  return undefined;
}

function nameSpan(m: Mem, s: SpanRef): string {
  const index = (s - m[CONFIG + Config.at.spans]) / Span.words - 1;
  return Number.isInteger(index) && index >= 0 && index < nspan(m) ? `span ${index}` : `span at ${s}`;
}

function pageOf(m: Mem, at: Ref): number {
  return (at - m[CONFIG + Config.at.arenaStart]) >> PAGE_WORD_SHIFT;
}

function pageStart(m: Mem, at: Ref): Ref {
  return m[CONFIG + Config.at.arenaStart] + (pageOf(m, at) << PAGE_WORD_SHIFT);
}
