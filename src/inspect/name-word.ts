/** Names of the words of the shared memory: record and field, or block and word. */
import type { Mem } from '../memory/struct.ts';
import { PAGE_WORD_SHIFT, type Ref } from '../memory/address.ts';
import { CONFIG, Config, ptrWords } from '../memory/config.ts';
import type { RegionName } from '../memory/regions.ts';
import { SEGMENT_WORDS, segmentSlots } from '../memory/segment.ts';
import { G, gAt } from '../machine/g.ts';
import { allglen } from '../machine/sched.ts';
import { GROUP_SHIFT } from '../heap/bitmap.ts';
import { SPAN_STATE, Span, spanOf, type SpanRef } from '../heap/span.ts';
import { nspan } from '../malloc/mheap.ts';
import { collectorOf } from '../gc/collector.ts';
import { nameField } from './name-field.ts';
import { listPlaces, listedRefs, listedWords, regionOf, regionPlaces, regionRow, segmentPlaces } from './records.ts';

const { start: START, elemsize: ELEMSIZE, state: STATE } = Span.at;

/** Returns the declared name of the word at `at` on the machine in `m`: `span 3 sweepgen`, `mcentral[4].lock`. */
export function nameWord(m: Mem, at: Ref): string {
  if (at < SEGMENT_WORDS) return nameGlobal(at);
  const region = regionOf(m, at);
  if (region === undefined) return `word ${at}`;
  const bits = region === 'arenaStart' ? undefined : nameBitmap(m, at);
  return bits ?? nameInRow(m, region, at) ?? NAMERS[region]?.(m, at - m[CONFIG + Config.at[region]], at) ?? `${region}+${at - m[CONFIG + Config.at[region]]}`;
}

/** Returns the name of the word at `at` in the static segment: `mheap.sweepgen`. */
export function nameGlobal(at: Ref): string {
  const place = segmentPlaces().find(({ at: start, record, count }) => at >= start && at < start + count * record.words);
  if (place === undefined) {
    const slot = segmentSlots.find(({ at: start, words }) => at >= start && at < start + words);
    return slot === undefined ? `word ${at}` : `${slot.name}+${at - slot.at}`;
  }
  const { slot, record, count } = place;
  const offset = at - place.at;
  // A row that only fills the rest of its slot is numbered as well.
  const name = count === 1 ? slot : `${slot}[${Math.floor(offset / record.words)}]`;
  const field = nameField(record, offset % record.words);
  return field.startsWith('+') ? name + field : `${name}.${field}`;
}

/** The name of a word in a record that fills, with others like it, the region; undefined if it is in none. */
function nameInRow(m: Mem, region: RegionName, at: Ref): string | undefined {
  const place = regionPlaces().find((each) => each.region === region);
  if (place === undefined) return undefined;
  const { record, at: start, count, words } = regionRow(m, place);
  const index = Math.floor((at - start) / words);
  if (at < start || index >= count) return undefined;
  const field = nameField(record, (at - start) % words);
  return `${record === G ? nameG(m, index) : `${place.label}${index}`} ${field}`;
}

type Namer = (m: Mem, offset: number, at: Ref) => string;

/** The names of words that lie in no row of records. */
const NAMERS: Readonly<Partial<Record<RegionName, Namer>>> = {
  data: (_m, offset) => `data[${offset}]`,
  bss: (_m, offset) => `bss[${offset}]`,
  cycleLog: (_m, offset) => `cycle log+${offset}`,
  typeTable: (_m, offset) => `type table+${offset}`,
  persistentStart: (m, offset, at) => nameListed(m, at) ?? `persistent memory+${offset}`,
  spans: (_m, offset) => `empty span ${nameField(Span, offset)}`,
  spanMap: (_m, offset) => `span map[${offset}]`,
  ptrBits: (_m, offset) => `pointer bits[${offset}]`,
  collectorData: (m, offset) => `${collectorOf(m).data?.wordName ?? 'collector data'} ${offset}`,
  hints: (_m, offset) => `hints[${offset}]`,
  arenaStart: (m, _offset, at) => nameArena(m, at),
};

function nameG(m: Mem, index: number): string {
  const id = m[gAt(m, index) + G.at.id];
  return `goroutine ${id === 0 ? `record ${index}` : id}`;
}

/** A list grows at its head: its records are numbered from the last one, which never changes. */
function nameListed(m: Mem, at: Ref): string | undefined {
  for (const place of listPlaces()) {
    const words = listedWords(m, place);
    const refs = listedRefs(m, place);
    const i = refs.findIndex((ref) => at >= ref && at < ref + words);
    if (i >= 0) return `${place.label} ${refs.length - 1 - i} ${nameField(place.record, at - refs[i])}`;
  }
  return undefined;
}

/** The bitmap grows down from the arena, and belongs to no region; undefined for a word of the region before it. */
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

/** The blocks of `s` that overlap [first, first + words). */
function blocksOf(m: Mem, s: SpanRef, first: Ref, words: number): string {
  const size = m[s + ELEMSIZE] >>> 2;
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
  const size = m[s + ELEMSIZE] >>> 2;
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
