/**
 * The declared name of any word of a machine's memory, for reports: `sched lock.owner`,
 * `M2 holds`, `span 3 xsweepgen`, `span 3 block 1+5`.
 */
import type { Mem, Struct } from '../memory/struct.ts';
import { PAGE_WORD_SHIFT, type Ref } from '../memory/address.ts';
import { CONFIG, Config, ptrWords } from '../memory/config.ts';
import { segmentSlots, type SegmentName } from '../memory/segment.ts';
import { G } from '../machine/g.ts';
import { GCStats, M } from '../machine/m.ts';
import { P } from '../machine/p.ts';
import { Sched } from '../machine/sched.ts';
import { SudoG } from '../machine/sudog.ts';
import { Doorbell } from '../sync/bell.ts';
import { Clock } from '../sync/clock.ts';
import { Lock, LOCK_WORDS } from '../sync/lock.ts';
import { ParFor, ParForThread } from '../sync/parfor.ts';
import { GROUP_SHIFT } from '../heap/bitmap.ts';
import { SPAN_STATE, Span, emptySpan } from '../heap/span.ts';
import { SpanList } from '../heap/span-list.ts';
import { MProf } from '../malloc/buckets.ts';
import { Fin } from '../malloc/finq.ts';
import { FixAlloc } from '../malloc/fixalloc.ts';
import { MCache } from '../malloc/mcache-record.ts';
import { MCentral } from '../malloc/mcentral.ts';
import { MHeap } from '../malloc/mheap.ts';
import { MStats } from '../malloc/mstats.ts';
import { Persistent } from '../malloc/persistent.ts';
import { StackPool } from '../malloc/stack.ts';
import { Sweep } from '../malloc/sweep.ts';
import { Sys } from '../malloc/sys.ts';
import { TraceRing } from '../malloc/trace.ts';
import { BitmapWork } from '../gc/older/bitmap-work.ts';
import { CycleRing } from '../gc/cycle-log.ts';
import { ScanBuf } from '../gc/scanbuf.ts';
import { Obj, Work, workbufStruct } from '../gc/work.ts';

/** What lies in each slot of the segment; mcentral holds one for each size class. */
const GLOBALS: Readonly<Partial<Record<SegmentName, Struct>>> = {
  config: Config,
  doorbell: Doorbell,
  mstats: MStats,
  sched: Sched,
  work: Work,
  parfor: ParFor,
  sweep: Sweep,
  fin: Fin,
  mheap: MHeap,
  sys: Sys,
  stackpool: StackPool,
  mcentral: MCentral,
  persistent: Persistent,
  mprof: MProf,
  cycles: CycleRing,
  bitmapwork: BitmapWork,
  trace: TraceRing,
  clock: Clock,
};

/** Fields that are records themselves, or several of them. */
const NESTED: Readonly<Record<string, Struct>> = {
  'm.gcstats': GCStats,
  'm.scanbuf': ScanBuf,
  'p.mcache': MCache,
  'g.sudogs': SudoG,
  'mheap.freelarge': SpanList,
  'mheap.free': SpanList,
  'mheap.busy': SpanList,
  'mheap.busylarge': SpanList,
  'mheap.spanalloc': FixAlloc,
  'mcentral.nonempty': SpanList,
  'mcentral.empty': SpanList,
  'stackpool.spans': SpanList,
  'workbuf.obj': Obj,
};

const at = Config.at;
/** Regions without records of their own, in the order of docs/memory-map.md; each ends where the next begins. */
const REGIONS = ['gs', 'ms', 'ps', 'data', 'bss', 'cycleLog', 'collectStats', 'trace', 'typeTable', 'persistentStart', 'workbufs', 'spans', 'spanMap', 'ptrBits', 'refwords', 'hints'] as const;

/** The declared name of the word at `ref`: which record it belongs to, and where in it. */
export function nameWord(m: Mem, ref: Ref): string {
  const slot = segmentSlots.find(({ at: start, words }) => ref >= start && ref < start + words);
  if (slot !== undefined) return nameGlobal(slot.name as SegmentName, ref - slot.at);
  const region = REGIONS.findLast((name) => ref >= m[CONFIG + at[name]]);
  if (region === undefined || !(ref < m[CONFIG + at.arenaEnd])) return `word ${ref}`;
  if (ref >= m[CONFIG + at.arenaStart]) return nameHeapWord(m, ref);
  const offset = ref - m[CONFIG + at[region]];
  switch (region) {
    case 'gs':
      return nameRecord('G', G, offset);
    case 'ms':
      return nameRecord('M', M, offset);
    case 'ps':
      return nameRecord('P', P, offset);
    case 'workbufs':
      return nameRecord('workbuf ', { ...workbufStruct(m[CONFIG + at.workbufCap]), words: m[CONFIG + at.workbufWords] }, offset);
    case 'spans':
      // Its first record is the empty span.
      return ref < emptySpan(m) + Span.words ? `the empty span ${nameField(Span, offset)}` : nameRecord('span ', Span, offset - Span.words);
    case 'spanMap':
      return `the span map's page ${offset}`;
    case 'hints':
      return nameBits(m, ref) ?? `hints+${offset}`;
    default:
      return `${region}+${offset}`;
  }
}

function nameGlobal(slot: SegmentName, offset: number): string {
  const record = GLOBALS[slot];
  if (record === undefined) return `${slot}+${offset}`;
  if (slot === 'mcentral') return nameRecord('mcentral ', record, offset);
  if (slot === 'parfor' && offset >= record.words) return nameRecord('parfor thread ', ParForThread, offset - record.words);
  return `${slot} ${nameField(record, offset)}`;
}

function nameRecord(name: string, record: Struct, offset: number): string {
  return `${name}${Math.floor(offset / record.words)} ${nameField(record, offset % record.words)}`;
}

/** `owner`, `lock.owner`, `ints[3]`, `sudogs[1].next`. */
function nameField(record: Struct, offset: number): string {
  const name = Object.keys(record.fields).find((field) => offset >= record.at[field] && offset < record.at[field] + record.fields[field].words);
  if (name === undefined) return `+${offset}`;
  const { words } = record.fields[name];
  const inner = offset - record.at[name];
  const nested = NESTED[`${record.name}.${name}`] ?? (words === LOCK_WORDS && name.endsWith('lock') ? Lock : undefined);
  if (nested === undefined) return words === 1 ? name : `${name}[${inner}]`;
  const which = words >= 2 * nested.words ? `[${Math.floor(inner / nested.words)}]` : '';
  return `${name}${which}.${nameField(nested, inner % nested.words)}`;
}

/** Words of the bitmap, between the hints and the arena; null when it is not one. */
function nameBits(m: Mem, ref: Ref): string | null {
  const arena = m[CONFIG + at.arenaStart];
  const groupShift = GROUP_SHIFT + ptrWords(m) - 1;
  const group = (arena - ref - 1) >> 1;
  const first = arena + (group << groupShift);
  if (first >= m[CONFIG + at.arenaEnd]) return null;
  return `${((arena - ref) & 1) === 1 ? 'marks' : 'bits'} of ${nameHeapWord(m, first)} and on`;
}

/** By its span and block. */
function nameHeapWord(m: Mem, ref: Ref): string {
  const offset = ref - m[CONFIG + at.arenaStart];
  const page = offset >> PAGE_WORD_SHIFT;
  const s = m[m[CONFIG + at.spanMap] + page];
  if (s === 0) return `page ${page}+${offset & ((1 << PAGE_WORD_SHIFT) - 1)}`;
  const span = `span ${(s - emptySpan(m)) / Span.words - 1}`;
  const inner = ref - m[s + Span.at.start];
  const blockWords = m[s + Span.at.elemsize] >>> 2;
  if (m[s + Span.at.state] !== SPAN_STATE.inUse || blockWords === 0) return `${span}'s word ${inner}`;
  return `${span} block ${Math.floor(inner / blockWords)}+${inner % blockWords}`;
}
