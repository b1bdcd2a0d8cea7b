/** A flush turns each found pointer into work once: the mark of its block is set, and a block that may hold pointers is enqueued. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CONFIG, Config, ptrWords } from '../../src/memory/config.ts';
import type { Ref } from '../../src/memory/address.ts';
import type { Mem } from '../../src/memory/struct.ts';
import { BIT_MARKED, bitsShift, bitsWord, markNoGC, markShift } from '../../src/heap/bitmap.ts';
import { SCAN_ALL } from '../../src/heap/type.ts';
import { FLAG_NOSCAN } from '../../src/malloc/flags.ts';
import { enqueue, flushobjbuf, flushptrbuf, refillWork } from '../../src/gc/flush.ts';
import { ScanBuf, scanbufOf } from '../../src/gc/scanbuf.ts';
import { EMPTY, FULL, NPROC, Obj, XNWAIT, getempty, objAt, workbufStruct, type WorkbufRef } from '../../src/gc/work.ts';
import { collect, newObject, setGlobal, setSlot } from '../../src/runtime/mutator.ts';
import { lfstackpop, lfstackpush } from '../../src/sync/lfstack.ts';
import { runCore } from '../support/core-machine.ts';

const NOBJ = workbufStruct(1).at.nobj;
const { wbuf: WBUF, nobj: HELD, marked: MARKED, ptr: PTR, obj: OBJ, nregions: NREGIONS } = ScanBuf.at;

interface Block {
  readonly ref: Ref;
  /** Words that a pointer may point into. */
  readonly words: number;
  /** Words that are scanned: a large object's last page is scanned to its end. */
  readonly scanned: number;
  readonly noscan: boolean;
}

/** A buffered pointer: the block, the word in it, and what is known of the type. */
interface Found {
  readonly block: Block;
  readonly word: number;
  readonly ti: number;
}

interface Flushing {
  readonly m: Mem;
  readonly mp: number;
  readonly sb: Ref;
  readonly blocks: readonly Block[];
}

const SIZES = [8, 16, 48, 112, 416, 2304, 33_000];

/** Returns a stopped machine with blocks of several sizes, all unmarked, in which `nproc` Ms mark. */
function machine(nproc: number, workbufCap = 1364): Flushing {
  const blocks: Block[] = [];
  const { m, m0 } = runCore({ arenaPages: 128, persistentWords: 1 << 16, maxWorkbufs: 200, workbufCap, ptrBufCap: Math.min(64, workbufCap) }, -1, (m, mp, gp) => {
    for (let i = 0; i < 70; i++) {
      const size = SIZES[i % SIZES.length];
      const noscan = size >= 16 && i % 3 === 0;
      const ref = newObject(m, mp, gp, 0, size, noscan ? FLAG_NOSCAN : 0);
      setGlobal(m, i, ref);
      blocks.push({ ref, words: size / 4, scanned: (size === 33_000 ? 5 * 8192 : size) / 4, noscan });
    }
    setSlot(m, gp, 0, 0);
    collect(m, mp, true);
  });
  m[NPROC] = nproc;
  m[scanbufOf(m0) + MARKED] = 0;
  return { m, mp: m0, sb: scanbufOf(m0), blocks };
}

function isMarked(m: Mem, ref: Ref): boolean {
  return ((m[bitsWord(m, ref) + 1] >>> markShift(bitsShift(m, ref))) & BIT_MARKED) !== 0;
}

/** Buffers pointers with low words and types of `pointers`, and flushes them. */
function flush({ m, mp, sb }: Flushing, pointers: readonly (readonly [number, number])[]): void {
  pointers.forEach((pointer, i) => m.set(pointer, sb + PTR + 2 * i));
  m[sb + HELD] = flushptrbuf(m, mp, sb, sb + PTR + 2 * pointers.length, m[sb + HELD], m[NPROC] === 1, ptrWords(m), true);
}

function pointerTo({ block, word, ti }: Found): readonly [number, number] {
  return [(block.ref + word) << 2, ti];
}

type Entry = [p: Ref, words: number, ti: number];

function entriesOf(m: Mem, b: WorkbufRef, n: number): Entry[] {
  expect(n).toBeLessThanOrEqual(m[CONFIG + Config.at.workbufCap]);
  return Array.from({ length: n }, (_, i) => [...m.subarray(objAt(b, i), objAt(b, i) + Obj.words)] as Entry);
}

/** Takes everything that is enqueued: of the full workbufs, and of the one that the M holds. */
function takeWork({ m, sb }: Flushing): Entry[] {
  const entries = m[sb + WBUF] === 0 ? [] : entriesOf(m, m[sb + WBUF], m[sb + HELD]);
  for (let b = lfstackpop(m, FULL); b !== 0; b = lfstackpop(m, FULL)) entries.push(...entriesOf(m, b, m[b + NOBJ]));
  return entries;
}

const byRef = (a: Entry, b: Entry) => a[0] - b[0];

describe.each([1, 2])('flushptrbuf while %i Ms mark', (nproc) => {
  it.each([1364, 5])('marks each block once and enqueues it once if it may hold pointers, with workbufs of %i entries', (workbufCap) => {
    const found = (blocks: readonly Block[]) =>
      fc.tuple(fc.nat(blocks.length - 1), fc.nat(), fc.nat(3)).map(([i, word, ti]): Found => ({ block: blocks[i], word: word % 3 === 0 ? 0 : (word % blocks[i].words) & ~1, ti: 8 * ti }));
    const fresh = machine(nproc, workbufCap);
    const state = fresh.m.slice();
    const cap = Math.min(64, workbufCap);
    fc.assert(
      fc.property(fc.array(fc.array(found(fresh.blocks), { minLength: 1, maxLength: cap }), { maxLength: 12 }), (flushes) => {
        fresh.m.set(state);
        const expected = new Map<Ref, Entry>();
        const marked = new Set<Ref>();
        for (const pointers of flushes) {
          for (const { block, word, ti } of pointers) {
            if (!marked.has(block.ref) && !block.noscan) expected.set(block.ref, [block.ref, block.scanned, word === 0 && ti !== 0 ? ti : SCAN_ALL]);
            marked.add(block.ref);
          }
          flush(fresh, pointers.map(pointerTo));
        }
        expect(fresh.blocks.filter(({ ref }) => isMarked(fresh.m, ref)).map(({ ref }) => ref).toSorted()).toEqual([...marked].toSorted());
        expect(fresh.m[fresh.sb + MARKED]).toBe(marked.size);
        expect(takeWork(fresh).toSorted(byRef)).toEqual([...expected.values()].toSorted(byRef));
      }),
      { numRuns: 60 },
    );
  });

  it('neither marks nor enqueues unused memory, and blocks that the collector must not touch', () => {
    const flushing = machine(nproc);
    const { m, blocks } = flushing;
    const unused = m[CONFIG + Config.at.arenaEnd] - 8192;
    const untouchable = blocks[3].ref;
    markNoGC(m, untouchable);
    flush(flushing, [unused, unused + 6, untouchable, untouchable + 4].map((ref) => [ref << 2, 0]));
    expect([isMarked(m, unused), isMarked(m, untouchable), m[flushing.sb + MARKED], takeWork(flushing)]).toEqual([false, false, 0, []]);
  });

  it('changes nothing if no pointer was found', () => {
    const flushing = machine(nproc);
    const before = flushing.m.slice();
    flush(flushing, []);
    expect(flushing.m.findIndex((word, i) => word !== before[i])).toBe(-1);
  });

  it('hands off half of its objects if another M waits, and loses none', () => {
    const flushing = machine(nproc);
    const { m, sb, blocks } = flushing;
    m[XNWAIT] = 1;
    const scanned = blocks.filter(({ noscan }) => !noscan).slice(0, 20);
    flush(flushing, scanned.map((block) => pointerTo({ block, word: 0, ti: 0 })));
    const given = lfstackpop(m, FULL);
    expect([m[given + NOBJ], m[sb + HELD]]).toEqual([10, 10]);
    const entries = [...entriesOf(m, given, 10), ...entriesOf(m, m[sb + WBUF], 10)];
    expect(entries.map(([p]) => p).toSorted()).toEqual(scanned.map(({ ref }) => ref).toSorted());
  });

  it('keeps all objects while no M waits, or a full workbuf is available to it', () => {
    for (const available of [false, true]) {
      const flushing = machine(nproc);
      const { m, mp, sb, blocks } = flushing;
      m[XNWAIT] = available ? 1 : 0;
      if (available) lfstackpush(m, FULL, getempty(m, mp, 0));
      flush(flushing, blocks.filter(({ noscan }) => !noscan).slice(0, 20).map((block) => pointerTo({ block, word: 0, ti: 0 })));
      expect([available, m[sb + HELD]]).toEqual([available, 20]);
    }
  });
});

describe('flushobjbuf', () => {
  it.each([1364, 5])('enqueues every piece of an object once, with workbufs of %i entries', (workbufCap) => {
    const flushing = machine(1, workbufCap);
    const { m, mp, sb } = flushing;
    const pieces: Entry[] = Array.from({ length: 33 }, (_, i) => [4096 + 64 * i, i + 1, 8 * i]);
    pieces.forEach((piece, i) => m.set(piece, sb + OBJ + i * Obj.words));
    m[sb + NREGIONS] = pieces.length;
    flushobjbuf(m, mp, sb);
    expect(m[sb + NREGIONS]).toBe(0);
    flushobjbuf(m, mp, sb);
    expect(takeWork(flushing).toSorted(byRef)).toEqual(pieces);
  });
});

describe('refillWork', () => {
  it('exchanges the empty workbuf for a full one', () => {
    const { m, mp, sb } = machine(1);
    enqueue(m, mp, sb, 4096, 2, 0);
    const full = m[sb + WBUF];
    m[full + NOBJ] = m[sb + HELD];
    lfstackpush(m, FULL, full);
    const held = getempty(m, mp, 0);
    m[sb + WBUF] = held;
    m[sb + HELD] = 0;
    expect([refillWork(m, mp, sb, true), m[sb + WBUF], m[sb + HELD]]).toEqual([true, full, 1]);
    expect(lfstackpop(m, EMPTY)).toBe(held);
  });

  it.each([true, false])('returns the empty workbuf at the end of the work, keepworking %s', (keepworking) => {
    const { m, mp, sb } = machine(1);
    const held = getempty(m, mp, 0);
    m[sb + WBUF] = held;
    m[sb + HELD] = 0;
    expect([refillWork(m, mp, sb, keepworking), m[sb + WBUF]]).toEqual([false, 0]);
    expect(lfstackpop(m, EMPTY)).toBe(held);
  });
});
