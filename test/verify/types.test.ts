/** The oracle reports damages to recorded types and to marks that types decide, and reports no other problem. */
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { CONFIG, Config } from '../../src/memory/config.ts';
import { PTR_TAG, type Ref } from '../../src/memory/address.ts';
import type { Mem } from '../../src/memory/struct.ts';
import type { MRef } from '../../src/machine/m.ts';
import { Span, spanOf } from '../../src/heap/span.ts';
import { array, chan, int, pointer, slice, string, struct, uintptr, unsafePointer, type TypeDecl } from '../../src/heap/type-decl.ts';
import { typeTable } from '../../src/heap/type-table.ts';
import { MTYPES, TYPE_INFO, typeAt, typeInfo } from '../../src/heap/type.ts';
import { FLAG_NOSCAN } from '../../src/malloc/flags.ts';
import { mallocgc } from '../../src/malloc/malloc.ts';
import { newarray, newobject } from '../../src/malloc/newobject.ts';
import { CHECKPOINT } from '../../src/gc/doorbell.ts';
import { collect, setGlobal, storeWord } from '../../src/runtime/mutator.ts';
import { storeSlice, storeString } from '../../src/runtime/values.ts';
import type { ProblemCode } from '../../src/verify/problems.ts';
import { Verifier } from '../../src/verify/verifier.ts';
import { runTyped, type Mode } from '../support/typed-machine.ts';
import { hook } from '../support/verify-hook.ts';

vi.mock('../../src/gc/doorbell.ts', async (original) => (await import('../support/verify-hook.ts')).answered(await original()));

const { marked: MARKED, swept: SWEPT } = CHECKPOINT;
const { compression: COMPRESSION, typedata: TYPEDATA, freelist: FREELIST, start: START, elemsize: ELEMSIZE } = Span.at;

/** 24 bytes, as the types of SAME. A span of them records its types as bytes, or as words if there are nine. */
const CHILD: TypeDecl = struct('child', { id: int, hash: uintptr, twin: () => pointer(CHILD) });
const SAME = Array.from({ length: 8 }, (_, i) => struct(`same${i}`, { p: unsafePointer, n: array(int, 2) }));
const HOLDER = struct('holder', { child: pointer(CHILD), items: slice(CHILD), text: string, tail: pointer(CHILD), last: slice(CHILD), empty: slice(CHILD) });
const TABLE = typeTable(CHILD, HOLDER, chan(int), unsafePointer, ...SAME);
const T = { child: 0, holder: 1, chan: 2, unsafePointer: 3, same: 4 } as const;
/** Words of the fields of a holder. */
const W = { child: 0, items: 1, text: 4, tail: 6, last: 7, empty: 10 } as const;

/** One memory at both checkpoints, and the references of its objects. */
interface Heap {
  readonly atMark: Mem;
  readonly atSweep: Mem;
  readonly holder: Ref;
  readonly child: Ref;
  readonly twin: Ref;
  readonly tail: Ref;
  readonly row: Ref;
  readonly text: Ref;
  /** An object that only a number points to. */
  readonly bait: Ref;
  /** The array of a slice without capacity. */
  readonly unused: Ref;
  /** The array of a slice of length 0 with a capacity. */
  readonly spare: Ref;
  readonly large: Ref;
}

function build(m: Mem, mp: MRef, types: number): Omit<Heap, 'atMark' | 'atSweep'> {
  const child = newobject(m, mp, typeAt(m, T.child));
  const all = {
    holder: newobject(m, mp, typeAt(m, T.holder)),
    child,
    twin: newobject(m, mp, typeAt(m, T.child)),
    tail: newobject(m, mp, typeAt(m, T.child)),
    row: newarray(m, mp, typeAt(m, T.child), 7),
    text: mallocgc(m, mp, 40, FLAG_NOSCAN),
    bait: mallocgc(m, mp, 100, 0),
    unused: newarray(m, mp, typeAt(m, T.child), 3),
    spare: newarray(m, mp, typeAt(m, T.child), 3),
    large: newarray(m, mp, typeAt(m, T.unsafePointer), 5000),
  };
  for (let i = 0; i < types; i++) newobject(m, mp, typeAt(m, T.same + i));
  storeWord(m, all.holder, W.child, child);
  storeWord(m, child, 2, all.twin);
  storeSlice(m, all.holder, W.items, all.row, 1, 7);
  storeString(m, all.holder, W.text, all.text << 2, 40);
  storeWord(m, all.holder, W.tail, all.tail);
  storeSlice(m, all.holder, W.last, all.unused, 0, 0);
  storeSlice(m, all.holder, W.empty, all.spare, 0, 3);
  m[child + 2] = all.bait << 2;
  m[child + 3] = PTR_TAG;
  setGlobal(m, 0, all.holder);
  setGlobal(m, 1, all.large);
  return all;
}

function heapOf(mode: Mode, types: number): Heap {
  let parts: Omit<Heap, 'atMark' | 'atSweep'> | undefined;
  let atMark: Mem | undefined;
  let atSweep: Mem | undefined;
  // Each collection sweeps the garbage of the last one, then marks.
  hook.at = (m, point) => {
    if (parts === undefined) return;
    if (point === MARKED) atMark ??= m.slice();
    else if (atMark !== undefined) atSweep ??= m.slice();
  };
  runTyped(mode, TABLE, { verify: true }, (m, mp) => {
    parts = build(m, mp, types);
    collect(m, mp, true);
    collect(m, mp, true);
  });
  hook.at = () => {};
  return { ...parts!, atMark: atMark!, atSweep: atSweep! };
}

function markBit(m: Mem, p: Ref): { word: number; bit: number } {
  const off = p - m[CONFIG + Config.at.arenaStart];
  const shift = (off >> 1) & 15;
  return { word: m[CONFIG + Config.at.arenaStart] - ((off >> 5) << 1) - 1, bit: 1 << (shift + (shift & 12)) };
}

function setMark(m: Mem, p: Ref): void {
  const { word, bit } = markBit(m, p);
  expect(m[word] & bit).toBe(0);
  m[word] |= bit;
}

function clearMark(m: Mem, p: Ref): void {
  const { word, bit } = markBit(m, p);
  expect(m[word] & bit).toBe(bit);
  m[word] &= ~bit;
}

function record(m: Mem, p: Ref): Ref {
  return m[spanOf(m, p) + TYPEDATA];
}

/** Returns the reference of the type word for the block at `p`, in a span that records words. */
function wordOf(m: Mem, p: Ref): Ref {
  const s = spanOf(m, p);
  expect(m[s + COMPRESSION]).toBe(MTYPES.words);
  return m[s + TYPEDATA] + 2 * ((p - m[s + START]) / (m[s + ELEMSIZE] >> 2));
}

/** Stores the type byte of the block at `p`, in a span that records bytes. */
function setByte(m: Mem, p: Ref, value: number): void {
  const s = spanOf(m, p);
  expect(m[s + COMPRESSION]).toBe(MTYPES.bytes);
  const block = (p - m[s + START]) / (m[s + ELEMSIZE] >> 2);
  const at = m[s + TYPEDATA] + 16 + (block >> 2);
  m[at] = (m[at] & ~(0xff << (8 * (block & 3)))) | (value << (8 * (block & 3)));
}

/** Flips the pointer bit of word `i` of the block at `p`. */
function turnBit(m: Mem, p: Ref, i: number): void {
  const word = ((p - m[CONFIG + Config.at.arenaStart]) >> 1) + i;
  m[m[CONFIG + Config.at.ptrBits] + (word >> 5)] ^= 1 << (word & 31);
}

interface Damage {
  readonly heap: 'bytes' | 'words' | 'heapbits';
  readonly code: ProblemCode;
  readonly what: string;
  readonly point: number;
  readonly apply: (m: Mem, h: Heap) => void;
}

const DAMAGES: readonly Damage[] = [
  // Wrong marks.
  { heap: 'bytes', code: 'LOST_OBJECT', what: 'the mark of a child is cleared', point: MARKED, apply: (m, h) => clearMark(m, h.child) },
  { heap: 'bytes', code: 'LOST_OBJECT', what: "the mark of a slice's array is cleared", point: MARKED, apply: (m, h) => clearMark(m, h.row) },
  { heap: 'bytes', code: 'LOST_OBJECT', what: 'the mark of an empty slice with a capacity is cleared', point: MARKED, apply: (m, h) => clearMark(m, h.spare) },
  { heap: 'bytes', code: 'LOST_OBJECT', what: "the mark of a string's bytes is cleared", point: MARKED, apply: (m, h) => clearMark(m, h.text) },
  { heap: 'bytes', code: 'LOST_OBJECT', what: "the mark of a span's types is cleared", point: MARKED, apply: (m, h) => clearMark(m, record(m, h.child)) },
  { heap: 'words', code: 'LOST_OBJECT', what: "the mark of a span's words is cleared", point: MARKED, apply: (m, h) => clearMark(m, record(m, h.child)) },
  { heap: 'heapbits', code: 'LOST_OBJECT', what: 'the mark of a child is cleared, with bits', point: MARKED, apply: (m, h) => clearMark(m, h.child) },
  { heap: 'heapbits', code: 'LOST_OBJECT', what: 'the mark of an unused array is cleared, which bits keep', point: MARKED, apply: (m, h) => clearMark(m, h.unused) },
  { heap: 'bytes', code: 'LEAKED_MARK', what: 'the target of a number is marked', point: MARKED, apply: (m, h) => setMark(m, h.bait) },
  { heap: 'bytes', code: 'LEAKED_MARK', what: 'the array of a slice without capacity is marked', point: MARKED, apply: (m, h) => setMark(m, h.unused) },
  { heap: 'heapbits', code: 'LEAKED_MARK', what: 'the target of a number is marked, with bits', point: MARKED, apply: (m, h) => setMark(m, h.bait) },
  // Wrong types, which the marks contradict.
  { heap: 'words', code: 'LOST_OBJECT', what: 'the type of a block with a number is forgotten', point: MARKED, apply: (m, h) => (m[wordOf(m, h.child)] = 0) },
  { heap: 'words', code: 'LEAKED_MARK', what: 'a block has a type with fewer pointers', point: MARKED, apply: (m, h) => (m[wordOf(m, h.child)] = typeInfo(typeAt(m, T.same), 0)) },
  { heap: 'heapbits', code: 'LEAKED_MARK', what: "a pointer's bit is cleared", point: MARKED, apply: (m, h) => turnBit(m, h.holder, W.tail) },
  { heap: 'heapbits', code: 'LOST_OBJECT', what: "a number's bit is set", point: MARKED, apply: (m, h) => turnBit(m, h.child, 1) },
  // Wrong records of types in spans.
  { heap: 'bytes', code: 'SPAN_TYPES', what: 'types lie inside a block', point: SWEPT, apply: (m, h) => (m[spanOf(m, h.child) + TYPEDATA] += 2) },
  { heap: 'bytes', code: 'SPAN_TYPES', what: 'types lie outside the heap', point: SWEPT, apply: (m, h) => (m[spanOf(m, h.child) + TYPEDATA] = 64) },
  { heap: 'bytes', code: 'SPAN_TYPES', what: 'types lie in a free block', point: SWEPT, apply: (m, h) => (m[spanOf(m, h.child) + TYPEDATA] = m[spanOf(m, h.child) + FREELIST]) },
  { heap: 'bytes', code: 'SPAN_TYPES', what: 'types lie in a block with pointers', point: SWEPT, apply: (m, h) => (m[spanOf(m, h.child) + TYPEDATA] = h.child) },
  { heap: 'bytes', code: 'SPAN_TYPES', what: 'a span of small blocks records one type', point: SWEPT, apply: (m, h) => (m[spanOf(m, h.child) + COMPRESSION] = MTYPES.single) },
  { heap: 'bytes', code: 'SPAN_TYPES', what: 'a large object records several types', point: SWEPT, apply: (m, h) => (m[spanOf(m, h.large) + COMPRESSION] = MTYPES.words) },
  { heap: 'bytes', code: 'SPAN_TYPES', what: "a large object's type is not in the table", point: SWEPT, apply: (m, h) => (m[spanOf(m, h.large) + TYPEDATA] += 4) },
  { heap: 'bytes', code: 'SPAN_TYPES', what: 'a free block has a type', point: SWEPT, apply: (m, h) => setByte(m, m[spanOf(m, h.child) + FREELIST], 1) },
  { heap: 'bytes', code: 'SPAN_TYPES', what: 'a byte names no entry of the table', point: SWEPT, apply: (m, h) => setByte(m, h.child, 9) },
  { heap: 'words', code: 'SPAN_TYPES', what: 'a free block has a type, in words', point: SWEPT, apply: (m, h) => (m[wordOf(m, m[spanOf(m, h.child) + FREELIST])] = m[wordOf(m, h.child)]) },
  { heap: 'words', code: 'SPAN_TYPES', what: 'a type is no descriptor', point: SWEPT, apply: (m, h) => (m[wordOf(m, h.child)] = typeInfo(typeAt(m, T.child) + 1, 0)) },
  { heap: 'words', code: 'SPAN_TYPES', what: 'a type is past the table', point: SWEPT, apply: (m, h) => (m[wordOf(m, h.child)] = typeInfo(typeAt(m, TABLE.types.length), 0)) },
  { heap: 'words', code: 'SPAN_TYPES', what: 'a type has an unknown kind of block', point: SWEPT, apply: (m, h) => (m[wordOf(m, h.child)] |= 3) },
  { heap: 'words', code: 'SPAN_TYPES', what: 'a channel has a type that is no channel type', point: SWEPT, apply: (m, h) => (m[wordOf(m, h.child)] |= TYPE_INFO.chan) },
];

let heaps: Record<Damage['heap'], Heap>;

beforeAll(() => {
  heaps = { bytes: heapOf('mtypes', 4), words: heapOf('mtypes', 8), heapbits: heapOf('heapbits', 0) };
});

describe('the oracle, with types', () => {
  it.each(DAMAGES.map((damage) => [damage.heap, damage.code, damage.what, damage] as const))('%s: reports %s when %s', (_heap, code, _what, damage) => {
    const heap = heaps[damage.heap];
    const m = (damage.point === MARKED ? heap.atMark : heap.atSweep).slice();
    damage.apply(m, heap);
    const { problems } = new Verifier(m).check(damage.point);
    const codes = new Set(problems.map((problem) => problem.code));
    expect([...codes], JSON.stringify(problems)).toContain(code);
    expect([...codes].filter((found) => found !== code), JSON.stringify(problems)).toEqual([]);
  });

  it('finds no problem before the damage', () => {
    for (const { atMark, atSweep } of Object.values(heaps)) {
      expect(new Verifier(atMark.slice()).check(MARKED).problems).toEqual([]);
      expect(new Verifier(atSweep.slice()).check(SWEPT).problems).toEqual([]);
    }
  });

  it('accepts a channel with a channel type', () => {
    const { atSweep, child } = heaps.words;
    const m = atSweep.slice();
    m[wordOf(m, child)] = typeInfo(typeAt(m, T.chan), TYPE_INFO.chan);
    expect(new Verifier(m).check(SWEPT).problems).toEqual([]);
  });
});
