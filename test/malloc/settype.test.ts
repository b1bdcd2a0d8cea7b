/** How spans keep the types of their blocks, as Go 1.3's settype and gettype do. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Mem } from '../../src/memory/struct.ts';
import type { Ref } from '../../src/memory/address.ts';
import type { MRef } from '../../src/machine/m.ts';
import { isScan } from '../../src/heap/bitmap.ts';
import { classToBlocks, classToSize, sizeToClass } from '../../src/heap/size-classes.ts';
import { SPAN_STATE, Span, spanOf } from '../../src/heap/span.ts';
import { array, int, pointer, struct, uint8, unsafePointer, type TypeDecl } from '../../src/heap/type-decl.ts';
import { typeTable } from '../../src/heap/type-table.ts';
import { MTYPES, TYPE_INFO, typeAt, typeInfo } from '../../src/heap/type.ts';
import { mallocgc } from '../../src/malloc/malloc.ts';
import { mallocTyped, newarray, newobject } from '../../src/malloc/newobject.ts';
import { gettype } from '../../src/heap/mtypes.ts';
import { collect, setSlot } from '../../src/runtime/mutator.ts';
import { sequence } from '../../src/workloads/sequence.ts';
import { isAllocated, recount, type Main } from '../support/core-machine.ts';
import { runOnOneP } from '../support/machine.ts';
import { runTyped, type Mode } from '../support/typed-machine.ts';

const { compression: COMPRESSION, typedata: TYPEDATA, elemsize: ELEMSIZE, nelems: NELEMS, start: START } = Span.at;

/** Twelve types of 64 bytes (32 on a 386), one of 128 (64), and others. */
const SAME_SIZE = Array.from({ length: 12 }, (_, i) => struct(`t${i}`, { p: unsafePointer, n: array(int, 7) }));
const WIDE: TypeDecl = struct('wide', { next: () => pointer(WIDE), n: array(int, 15) });
const TABLE = typeTable(...SAME_SIZE, WIDE, int, unsafePointer, uint8);
const T = { wide: 12, int: 13, unsafePointer: 14, uint8: 15 } as const;

/** Types of the blocks of a span are kept in the low words of `pw`-sized words. */
const MACHINES = [{ machine: '64 bits', pw: 2 as const }, { machine: '386', pw: 1 as const }];

function run(ptrWords: 1 | 2, main: Main, mode: Mode = 'mtypes') {
  return runTyped(mode, TABLE, { ptrWords }, main);
}

function form(m: Mem, p: Ref): number {
  return m[spanOf(m, p) + COMPRESSION];
}

function record(m: Mem, p: Ref): Ref {
  return m[spanOf(m, p) + TYPEDATA];
}

function typeOf(m: Mem, p: Ref): number {
  return gettype(m, spanOf(m, p), p);
}

function single(m: Mem, index: number): number {
  return typeInfo(typeAt(m, index), TYPE_INFO.singleObject);
}

/** One object of each of the first `n` types. */
function oneOfEach(m: Mem, mp: MRef, n: number): Ref[] {
  return Array.from({ length: n }, (_, i) => newobject(m, mp, typeAt(m, i)));
}

describe.each(MACHINES)('the types of small blocks, $machine', ({ pw }) => {
  const bytes = 32 * pw;
  const blocks = classToBlocks[sizeToClass(bytes)];

  it('are recorded from the first typed block on, in a byte for each block', () => {
    run(pw, (m, mp) => {
      const untyped = mallocgc(m, mp, bytes, 0);
      expect(form(m, untyped)).toBe(MTYPES.empty);
      expect(record(m, untyped)).toBe(0);
      expect(typeOf(m, untyped)).toBe(0);
      const typed = newobject(m, mp, typeAt(m, 3));
      expect(spanOf(m, typed)).toBe(spanOf(m, untyped));
      expect(form(m, typed)).toBe(MTYPES.bytes);
      expect([typeOf(m, typed), typeOf(m, untyped)]).toEqual([single(m, 3), 0]);
    });
  });

  it('are bytes behind a table of eight words, in a block without pointers', () => {
    run(pw, (m, mp) => {
      const p = newobject(m, mp, typeAt(m, 0));
      const r = record(m, p);
      expect(m[spanOf(m, p) + NELEMS]).toBe(blocks);
      expect(m[spanOf(m, r) + ELEMSIZE]).toBe(classToSize[sizeToClass(8 * 4 * pw + blocks)]);
      expect([isAllocated(m, r), isScan(m, r), typeOf(m, r)]).toEqual([true, false, 0]);
      expect((r - m[spanOf(m, r) + START]) % (m[spanOf(m, r) + ELEMSIZE] / 4)).toBe(0);
    });
  });

  it('fit the table up to seven; the eighth makes it a word for each block, and all keep their types', () => {
    run(pw, (m, mp) => {
      const untyped = mallocgc(m, mp, bytes, 0);
      const first = oneOfEach(m, mp, 7);
      const again = oneOfEach(m, mp, 7);
      const small = record(m, untyped);
      expect(form(m, untyped)).toBe(MTYPES.bytes);
      const eighth = newobject(m, mp, typeAt(m, 7));
      expect(form(m, untyped)).toBe(MTYPES.words);
      const large = record(m, untyped);
      expect(m[spanOf(m, large) + ELEMSIZE]).toBe(classToSize[sizeToClass(blocks * pw * 4)]);
      expect([large === small, isScan(m, large)]).toEqual([false, false]);
      const more = oneOfEach(m, mp, 12);
      const expected = Array.from({ length: 12 }, (_, i) => single(m, i));
      expect(first.map((p) => typeOf(m, p))).toEqual(expected.slice(0, 7));
      expect(again.map((p) => typeOf(m, p))).toEqual(expected.slice(0, 7));
      expect(more.map((p) => typeOf(m, p))).toEqual(expected);
      expect([typeOf(m, eighth), typeOf(m, untyped)]).toEqual([expected[7], 0]);
      expect(new Set([untyped, ...first, ...again, eighth, ...more].map((p) => spanOf(m, p))).size).toBe(1);
    });
  });

  it('distinguish one object, an array and a channel of a type', () => {
    run(pw, (m, mp) => {
      const type = typeAt(m, 0);
      const [one, row, channel] = [newobject(m, mp, type), newarray(m, mp, type, 1), mallocTyped(m, mp, bytes, type, 1, TYPE_INFO.chan)];
      expect([one, row, channel].map((p) => typeOf(m, p))).toEqual([0, 1, 2].map((info) => typeInfo(type, info)));
      for (let i = 1; i < 5; i++) newobject(m, mp, typeAt(m, i));
      expect(form(m, one)).toBe(MTYPES.bytes);
      newobject(m, mp, typeAt(m, 5));
      expect(form(m, one)).toBe(MTYPES.words);
    });
  });

  it('differ from block to block in many spans, also if the record takes a block of the span itself', () => {
    for (const [size, type] of [[bytes, -1], [2 * bytes, T.wide]] as const) {
      run(pw, (m, mp) => {
        const n = 4 * classToBlocks[sizeToClass(size)];
        const made = Array.from({ length: n }, (_, i) => {
          const index = type === -1 ? (i * 7) % 12 : type;
          return { p: newobject(m, mp, typeAt(m, index)), index };
        });
        expect(made.map(({ p }) => typeOf(m, p))).toEqual(made.map(({ index }) => single(m, index)));
        expect(new Set(made.map(({ p }) => p)).size).toBe(n);
        expect(made.some(({ p }) => made.some((other) => record(m, other.p) === p))).toBe(false);
      });
    }
  });

  it('are not recorded for values without pointers or of no size', () => {
    run(pw, (m, mp) => {
      const n = newobject(m, mp, typeAt(m, T.int));
      const row = newarray(m, mp, typeAt(m, T.int), 100);
      expect([form(m, n), form(m, row), isScan(m, row)]).toEqual([MTYPES.empty, MTYPES.empty, false]);
      const before = recount(m).objects;
      newarray(m, mp, typeAt(m, T.wide), 0);
      expect(recount(m).objects).toBe(before);
    });
  });

  it('are recorded only if the machine keeps MTypes', () => {
    for (const mode of ['none', 'heapbits'] as const) {
      run(pw, (m, mp) => {
        const p = newobject(m, mp, typeAt(m, 0));
        expect([form(m, p), record(m, p), typeOf(m, p), recount(m).objects]).toEqual([MTYPES.empty, 0, 0, 1]);
      }, mode);
    }
  });
});

describe.each(MACHINES)('the type of a large object, $machine', ({ pw }) => {
  it('is in the span record: for an array the type of its element', () => {
    run(pw, (m, mp) => {
      const before = recount(m).objects;
      const p = newarray(m, mp, typeAt(m, T.unsafePointer), 10_000);
      const s = spanOf(m, p);
      expect([m[s + COMPRESSION], m[s + TYPEDATA]]).toEqual([MTYPES.single, typeInfo(typeAt(m, T.unsafePointer), TYPE_INFO.array)]);
      expect(typeOf(m, p)).toBe(m[s + TYPEDATA]);
      expect(recount(m).objects).toBe(before + 1);
    });
  });

  it('goes with the object', () => {
    run(pw, (m, mp) => {
      const p = newarray(m, mp, typeAt(m, T.unsafePointer), 10_000);
      collect(m, mp, true);
      const again = mallocgc(m, mp, 40_000 * pw, 0);
      expect(again).toBe(p);
      expect([form(m, again), typeOf(m, again)]).toEqual([MTYPES.empty, 0]);
    });
  });
});

describe.each(MACHINES)('a collection with MTypes, $machine', ({ pw }) => {
  const bytes = 32 * pw;

  it.each([7, 12])('clears the types of freed blocks and keeps those of live ones, with %i types', (types) => {
    run(pw, (m, mp, gp) => {
      const all = Array.from({ length: 50 }, (_, i) => ({ p: newobject(m, mp, typeAt(m, i % types)), index: i % types }));
      const kept = [all[3], all[17], all[49]];
      kept.forEach(({ p }, i) => setSlot(m, gp, i, p));
      collect(m, mp, true);
      for (const { p, index } of all) {
        const lives = kept.some((one) => one.p === p);
        expect([isAllocated(m, p), typeOf(m, p)]).toEqual([lives, lives ? single(m, index) : 0]);
      }
      // The next block in the place of one that had a type.
      const taken = Array.from({ length: 40 }, () => mallocgc(m, mp, bytes, 0));
      expect(taken.filter((p) => all.some((one) => one.p === p)).length).toBeGreaterThan(30);
      expect(taken.map((p) => typeOf(m, p))).toEqual(taken.map(() => 0));
    });
  });

  it('keeps a record as long as its span, though no pointer leads to it, and frees it in the next cycle', () => {
    run(pw, (m, mp, gp) => {
      setSlot(m, gp, 0, newobject(m, mp, typeAt(m, 0)));
      const p = newobject(m, mp, typeAt(m, 1));
      const r = record(m, p);
      for (let i = 0; i < 3; i++) collect(m, mp, true);
      expect([isAllocated(m, p), isAllocated(m, r), recount(m).objects]).toEqual([false, true, 2]);
      setSlot(m, gp, 0, 0);
      collect(m, mp, true);
      expect([m[spanOf(m, p) + Span.at.state] === SPAN_STATE.free, isAllocated(m, r), recount(m).objects]).toEqual([true, true, 1]);
      collect(m, mp, true);
      expect(recount(m).objects).toBe(0);
    });
  });

  it('frees the record of bytes once there is one of words', () => {
    run(pw, (m, mp, gp) => {
      setSlot(m, gp, 0, newobject(m, mp, typeAt(m, 0)));
      const r = record(m, oneOfEach(m, mp, 7)[0]);
      newobject(m, mp, typeAt(m, 8));
      collect(m, mp, true);
      expect([isAllocated(m, r), recount(m).objects]).toEqual([false, 2]);
    });
  });

  it('leaves no type in a span that is carved again for another size', () => {
    run(pw, (m, mp) => {
      const p = newobject(m, mp, typeAt(m, 0));
      const s = spanOf(m, p);
      const at = m[s + START];
      collect(m, mp, true);
      collect(m, mp, true);
      expect(recount(m).objects).toBe(0);
      let q = 0;
      for (let i = 0; i < 200 && (q < at || q >= at + 2048); i++) q = mallocgc(m, mp, 4096, 0);
      expect(q - at).toBeLessThan(2048);
      expect([m[spanOf(m, q) + ELEMSIZE], form(m, q), record(m, q), typeOf(m, q)]).toEqual([4096, MTYPES.empty, 0, 0]);
    });
  });
});

describe('a record of types', () => {
  it('keeps the span alive that it is of and in, as in Go 1.3', () => {
    // 64 blocks of 128 bytes: 64 + 64 bytes of types are one of them.
    run(2, (m, mp) => {
      const p = newobject(m, mp, typeAt(m, T.wide));
      expect(spanOf(m, record(m, p))).toBe(spanOf(m, p));
      for (let i = 0; i < 3; i++) collect(m, mp, true);
      expect([isAllocated(m, p), isAllocated(m, record(m, p)), recount(m).objects]).toEqual([false, true, 1]);
      expect(typeOf(m, p)).toBe(0);
    });
  });
});

describe('the sequence, with the types that Go 1.3 kept', () => {
  const GO13 = readFileSync(new URL('../fixtures/alloc-go1.3.txt', import.meta.url), 'utf8').split('\n');
  const [goAll, goDropped] = ['all', 'dropped'].map((moment) => GO13.find((line) => line.startsWith(`${moment} by_size`))!);
  const { lines } = runOnOneP(sequence, {}, { types: 'mtypes', gogc: -1 });
  /** Where Go's own start-up shows: a span of such blocks had its record already, or its runtime allocated some itself. */
  const GO_STARTUP = [80, 96, 112, 576, 288, 4096];

  /** `size -> [mallocs, frees]` of a by_size line. */
  function sizes(line: string): Map<number, readonly [number, number]> {
    return new Map([...line.matchAll(/(\d+):(\d+):(\d+)/g)].map(([, size, mallocs, frees]) => [Number(size), [Number(mallocs), Number(frees)]]));
  }

  it('allocates in each class what Go 1.3 does', () => {
    const [ours, theirs] = [sizes(lines[2]), sizes(goAll)];
    expect(theirs.size).toBeGreaterThan(35);
    expect([...theirs.keys()].filter((size) => !GO_STARTUP.includes(size) && ours.get(size)?.[0] !== theirs.get(size)![0])).toEqual([]);
    expect([...ours.keys()].filter((size) => !theirs.has(size))).toEqual([]);
    for (const size of GO_STARTUP) expect(Math.abs((ours.get(size)?.[0] ?? 0) - (theirs.get(size)?.[0] ?? 0))).toBeLessThanOrEqual(2);
  });

  it('keeps in each class what Go 1.3 keeps', () => {
    const [ours, theirs] = [sizes(lines[4]), sizes(goDropped)];
    for (const [size, [mallocs, frees]] of theirs) {
      const [n, gone] = ours.get(size) ?? [0, 0];
      expect([size, Math.abs(n - gone - (mallocs - frees)) <= 2]).toEqual([size, true]);
    }
  });

  it('takes a tenth more objects than without types, and frees those it dropped', () => {
    const plain = runOnOneP(sequence, {}, { types: 'none', gogc: -1 }).lines;
    const mallocs = (line: string) => Number(/mallocs=(\d+)/.exec(line)![1]);
    expect(mallocs(plain[1])).toBe(20_000);
    expect(mallocs(lines[1])).toBeGreaterThan(22_000);
    expect(mallocs(lines[1])).toBeLessThan(23_000);
  });
});
