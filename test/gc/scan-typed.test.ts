/** The typed mark loops, instruction by instruction: exactly the reachable objects of a small heap survive. */
import { describe, expect, it } from 'vitest';
import { DEBUG } from '../../src/memory/config.ts';
import { PTR_TAG, type Ref } from '../../src/memory/address.ts';
import type { Mem } from '../../src/memory/struct.ts';
import type { MachineShape } from '../../src/memory/map.ts';
import type { MRef } from '../../src/machine/m.ts';
import { HCHAN_WORDS } from '../../src/heap/hchan.ts';
import { array, chan, eface, func, iface, int, map, pointer, slice, string, struct, uintptr, unsafePointer, type TypeDecl } from '../../src/heap/type-decl.ts';
import { typeTable } from '../../src/heap/type-table.ts';
import { typeAt } from '../../src/heap/type.ts';
import { FLAG_NOSCAN } from '../../src/malloc/flags.ts';
import { mallocgc } from '../../src/malloc/malloc.ts';
import { newarray, newchan, newobject } from '../../src/malloc/newobject.ts';
import { setfinalizer } from '../../src/runtime/finalizer.ts';
import { GOEXIT, type Step } from '../../src/runtime/goroutine.ts';
import { collect, setGlobal, storeInt, storeWord } from '../../src/runtime/mutator.ts';
import { storeEface, storeIface, storeSlice, storeString } from '../../src/runtime/values.ts';
import { fatalOf, isAllocated, runMain } from '../support/core-machine.ts';
import { TYPED_MACHINES, bootTyped, runTyped, type Mode } from '../support/typed-machine.ts';

/** Its hash is a number that may look like a pointer. */
const CHILD: TypeDecl = struct('child', { id: int, hash: uintptr, twin: () => pointer(CHILD) });
const PAIR = struct('pair', { n: int, child: pointer(CHILD) });
const LONG = struct('long', { s: array(string, 12), n: int, last: pointer(CHILD) });
const NAMES = map(int, pointer(CHILD));
const CHANNEL = chan(PAIR);
const INTS = chan(int);
const OUTER = struct('outer', { first: CHILD, n: int, rest: pointer(CHILD) });
const NUMBERS = struct('numbers', { bait: uintptr, child: pointer(CHILD) });
const BOX = struct('box', { n: array(int, 3), s: slice(CHILD) });
/** The types in every table, in addition to those of the case. */
const COMMON = [CHILD, PAIR, OUTER, NUMBERS, BOX, NAMES, NAMES.hmap, NAMES.bucket, CHANNEL, INTS, pointer(CHILD), pointer(int), unsafePointer];

/** Functions that build the heap of a test. No object is freed before its only collection. */
class Heap {
  readonly m: Mem;
  readonly mp: MRef;
  readonly pw: number;
  private readonly indexOf: (type: TypeDecl) => number;

  constructor(m: Mem, mp: MRef, pw: number, indexOf: (type: TypeDecl) => number) {
    this.m = m;
    this.mp = mp;
    this.pw = pw;
    this.indexOf = indexOf;
  }

  value(type: TypeDecl): Ref {
    return newobject(this.m, this.mp, typeAt(this.m, this.indexOf(type)));
  }

  values(type: TypeDecl, n: number): Ref {
    return newarray(this.m, this.mp, typeAt(this.m, this.indexOf(type)), n);
  }

  untyped(words: number, flags = 0): Ref {
    return mallocgc(this.m, this.mp, words * this.pw * 4, flags);
  }

  /** Makes a channel with a buffer of `cap` elements, whose header is filled with words that look like pointers to `bait`. */
  channel(type: TypeDecl, cap: number, bait: Ref): Ref {
    const c = newchan(this.m, this.mp, typeAt(this.m, this.indexOf(type)), cap);
    for (let i = 0; i < HCHAN_WORDS / this.pw; i++) this.number(c, i, bait);
    storeInt(this.m, c, 1, cap);
    return c;
  }

  /** Stores a number that looks like a pointer to `bait` in word `i` of `obj`. */
  number(obj: Ref, i: number, bait: Ref): void {
    this.m[obj + i * this.pw] = bait << 2;
    if (this.pw === 2) this.m[obj + i * this.pw + 1] = PTR_TAG;
  }

  store(obj: Ref, i: number, ref: Ref): void {
    storeWord(this.m, obj, i, ref);
  }

  slice(obj: Ref, i: number, at: Ref, length: number, capacity: number): void {
    storeSlice(this.m, obj, i, at, length, capacity);
  }

  string(obj: Ref, i: number, address: number, length: number): void {
    storeString(this.m, obj, i, address, length);
  }

  eface(obj: Ref, i: number, type: TypeDecl, data: Ref): void {
    storeEface(this.m, obj, i, this.indexOf(type), data);
  }

  iface(obj: Ref, i: number, type: TypeDecl, data: Ref): void {
    storeIface(this.m, obj, i, this.indexOf(type), data);
  }

  /** Makes a child whose hash looks like a pointer to an object that must be lost. */
  child(survivors: Survivors): Ref {
    const child = this.value(CHILD);
    const bait = this.untyped(4);
    this.number(child, 1, bait);
    survivors.kept.push(child);
    survivors.lost.push(bait);
    return child;
  }
}

interface Survivors {
  readonly kept: Ref[];
  /** Reached only by a word that looks like a pointer. */
  readonly lost: Ref[];
  /** Reached only by pointers in unused values: MTypes distinguish them, pointer bits don't. */
  readonly unused: Ref[];
}

interface Case {
  readonly name: string;
  readonly types: readonly TypeDecl[];
  /** @returns what the one global holds */
  readonly build: (h: Heap, survivors: Survivors) => Ref;
}

function valueOf(name: string, type: TypeDecl, fill: (h: Heap, v: Ref, s: Survivors) => void): Case {
  return {
    name,
    types: [type],
    build(h, survivors) {
      const v = h.value(type);
      survivors.kept.push(v);
      fill(h, v, survivors);
      return v;
    },
  };
}

/** Types whose values an interface stores by pointer. */
const BOXES = [int, CHILD, NAMES, CHANNEL, BOX];

/** Each kind of interface, with the function that stores one. */
function interfaceCases(kind: 'eface' | 'iface', type: TypeDecl): Case[] {
  return [
    valueOf(`${kind}: a pointer is its own data, of its element's type`, struct('t', { n: int, e: type }), (h, v, s) => {
      h[kind](v, 1, pointer(CHILD), h.child(s));
    }),
    valueOf(`${kind}: a value that is no pointer lies in a block of its type`, struct('t', { e: array(type, BOXES.length) }), (h, v, s) => {
      const [n, child, names, channel, box] = [h.value(int), h.child(s), h.value(NAMES), h.value(CHANNEL), h.value(BOX)];
      [n, child, names, channel, box].forEach((data, i) => h[kind](v, 2 * i, BOXES[i], data));
      const hmap = h.value(NAMES.hmap);
      h.store(names, 0, hmap);
      const c = h.channel(CHANNEL, 1, h.child({ ...s, kept: s.lost }));
      h.store(channel, 0, c);
      h.store(c + HCHAN_WORDS, 1, h.child(s));
      const items = h.values(CHILD, 2);
      h.slice(box, 3, items, 2, 2);
      s.kept.push(n, names, channel, box, hmap, c, items);
    }),
    valueOf(`${kind}: a pointer to what holds no pointers`, struct('t', { e: type }), (h, v, s) => {
      const n = h.value(int);
      h[kind](v, 0, pointer(int), n);
      s.kept.push(n);
    }),
    valueOf(`${kind}: an unsafe.Pointer is its own data, and says nothing of it`, struct('t', { e: type }), (h, v, s) => {
      const owner = h.value(NUMBERS);
      const bait = h.untyped(4);
      h.number(owner, 0, bait);
      h.store(owner, 1, h.child(s));
      h[kind](v, 0, unsafePointer, owner);
      s.kept.push(owner);
      s.lost.push(bait);
    }),
    valueOf(`${kind}: without a type it is nil, whatever its data are`, struct('t', { e: type }), (h, v, s) => {
      const old = h.value(CHILD);
      h[kind](v, 0, pointer(CHILD), old);
      h.store(v, 0, 0);
      s.unused.push(old);
    }),
    valueOf(`${kind}: a pointer to an inner value keeps all around it`, struct('t', { e: type }), (h, v, s) => {
      const outer = h.value(OUTER);
      h[kind](v, 0, pointer(CHILD), outer);
      h.store(outer, 4, h.child(s));
      const row = h.values(CHILD, 5);
      h.store(row, 14, h.child(s));
      h.store(outer, 2, row + 3 * 2 * h.pw);
      s.kept.push(outer, row);
    }),
  ];
}

const ALL = array(CHANNEL, 1000);

const CASES: readonly Case[] = [
  valueOf('a number beside a pointer is no pointer', struct('t', { p: pointer(CHILD), n: uintptr }), (h, v, s) => {
    h.store(v, 0, h.child(s));
    h.number(v, 1, h.child({ ...s, kept: s.lost }));
  }),
  valueOf('a pointer to an element keeps the row, and what its elements hold', struct('t', { p: pointer(CHILD) }), (h, v, s) => {
    const row = h.values(CHILD, 7);
    for (const i of [0, 3, 6]) h.store(row, 3 * i + 2, h.child(s));
    h.number(row, 3 * 6 + 1, h.child({ ...s, kept: s.lost }));
    h.store(v, 0, row + 2 * 3 * h.pw);
    s.kept.push(row);
  }),
  valueOf('a pointer in a chain of a thousand', struct('t', { p: pointer(CHILD) }), (h, v, s) => {
    let at = v;
    for (let i = 0; i < 1000; i++) {
      const next = h.child(s);
      h.store(at, at === v ? 0 : 2, next);
      at = next;
    }
  }),
  valueOf('pointers of unknown type: unsafe, to functions, to numbers', struct('t', { u: unsafePointer, f: func, n: pointer(int) }), (h, v, s) => {
    const closure = h.value(OUTER);
    h.store(closure, 4, h.child(s));
    h.number(closure, 3, h.child({ ...s, kept: s.lost }));
    const owner = h.value(OUTER);
    h.store(owner, 4, h.child(s));
    h.store(v, 0, h.child(s));
    h.store(v, 1, closure);
    h.store(v, 2, owner + 3 * h.pw);
    s.kept.push(closure, owner);
  }),
  valueOf('an unsafe.Pointer to any byte of a block', struct('t', { u: unsafePointer }), (h, v, s) => {
    const outer = h.value(OUTER);
    h.store(outer, 4, h.child(s));
    h.store(v, 0, outer);
    h.m[v] += 4 * h.pw * 3 + 1;
    s.kept.push(outer);
  }),
  valueOf('a pointer of a known type, not quite to the start of a block', struct('t', { p: pointer(PAIR) }), (h, v, s) => {
    const child = h.child(s);
    h.store(child, 2, h.child(s));
    h.store(v, 0, child);
    h.m[v] += 1;
  }),
  valueOf('a slice keeps its array, also beyond its length and before its start', struct('t', { items: slice(CHILD) }), (h, v, s) => {
    const row = h.values(CHILD, 9);
    for (const i of [0, 4, 8]) h.store(row, 3 * i + 2, h.child(s));
    h.number(row, 3 * 8 + 1, h.child({ ...s, kept: s.lost }));
    h.slice(v, 0, row + 2 * 3 * h.pw, 0, 1);
    s.kept.push(row);
  }),
  valueOf('a slice of the first field of a struct keeps the struct', struct('t', { items: slice(CHILD) }), (h, v, s) => {
    const outer = h.value(OUTER);
    h.store(outer, 2, h.child(s));
    h.number(outer, 3, h.child({ ...s, kept: s.lost }));
    h.store(outer, 4, h.child(s));
    h.slice(v, 0, outer, 1, 1);
    s.kept.push(outer);
  }),
  valueOf('a slice without capacity keeps nothing', struct('t', { items: slice(CHILD), bytes: slice(int) }), (h, v, s) => {
    const [items, numbers] = [h.values(CHILD, 2), h.values(int, 3)];
    h.slice(v, 0, items, 0, 0);
    h.slice(v, 3, numbers, 0, 0);
    s.unused.push(items, numbers);
  }),
  valueOf('a slice of values of no size is a pointer', struct('t', { items: slice(struct('none', {})) }), (h, v, s) => {
    const row = h.values(CHILD, 2);
    h.slice(v, 0, row, 0, 0);
    s.kept.push(row);
  }),
  valueOf('strings keep their bytes, by any of them, unless they are empty', struct('t', { a: string, n: int, b: string, c: string }), (h, v, s) => {
    const [a, b, c] = [h.untyped(3, FLAG_NOSCAN), h.untyped(40, FLAG_NOSCAN), h.untyped(5, FLAG_NOSCAN)];
    h.string(v, 0, a << 2, 24);
    h.string(v, 3, (b << 2) + 101, 3);
    h.string(v, 5, c << 2, 0);
    s.kept.push(a, b);
    s.unused.push(c);
  }),
  ...interfaceCases('eface', eface),
  ...interfaceCases('iface', iface),
  valueOf('a loop over an array, to its first and last element', struct('t', { n: int, row: array(PAIR, 50), after: pointer(CHILD) }), (h, v, s) => {
    for (const i of [0, 1, 25, 49]) h.store(v, 1 + 2 * i + 1, h.child(s));
    for (const i of [0, 25, 49]) h.number(v, 1 + 2 * i, h.child({ ...s, kept: s.lost }));
    h.store(v, 101, h.child(s));
  }),
  valueOf('loops in loops', struct('t', { rows: array(struct('row', { n: int, cells: array(array(PAIR, 2), 20) }), 2), after: pointer(CHILD) }), (h, v, s) => {
    for (const [row, cell, i] of [[0, 0, 0], [0, 19, 1], [1, 0, 1], [1, 19, 1]]) {
      h.store(v, row * 81 + 1 + cell * 4 + i * 2 + 1, h.child(s));
      h.number(v, row * 81 + 1 + cell * 4 + i * 2, h.child({ ...s, kept: s.lost }));
    }
    h.number(v, 81, h.child({ ...s, kept: s.lost }));
    h.store(v, 162, h.child(s));
  }),
  valueOf('a subroutine, twice in a row, and after it', struct('t', { n: int, a: LONG, b: LONG, p: pointer(CHILD) }), (h, v, s) => {
    for (const base of [1, 27]) {
      const text = h.untyped(3, FLAG_NOSCAN);
      h.string(v, base + 22, text << 2, 3);
      s.kept.push(text);
      h.number(v, base + 24, h.child({ ...s, kept: s.lost }));
      h.store(v, base + 25, h.child(s));
    }
    h.store(v, 53, h.child(s));
  }),
  valueOf('a subroutine in a loop', struct('t', { rows: array(struct('row', { n: int, long: LONG }), 4), p: pointer(CHILD) }), (h, v, s) => {
    for (let i = 0; i < 4; i++) {
      h.number(v, 27 * i, h.child({ ...s, kept: s.lost }));
      h.store(v, 27 * i + 26, h.child(s));
    }
    h.store(v, 108, h.child(s));
  }),
  deepest(),
  valueOf('a region, to its last element, and what follows it', struct('t', { n: int, many: array(PAIR, 300), p: pointer(CHILD) }), (h, v, s) => {
    for (const i of [0, 150, 299]) {
      h.number(v, 1 + 2 * i, h.child({ ...s, kept: s.lost }));
      h.store(v, 1 + 2 * i + 1, h.child(s));
    }
    h.store(v, 601, h.child(s));
  }),
  valueOf('a region of regions', struct('t', { n: int, many: array(struct('some', { n: int, row: array(PAIR, 130) }), 3) }), (h, v, s) => {
    for (let i = 0; i < 3; i++) {
      h.number(v, 1 + 261 * i, h.child({ ...s, kept: s.lost }));
      h.store(v, 1 + 261 * i + 1 + 259, h.child(s));
      h.number(v, 1 + 261 * i + 1 + 258, h.child({ ...s, kept: s.lost }));
    }
  }),
  valueOf('more regions than a buffer holds', struct('t', { many: array(struct('big', { row: array(PAIR, 130) }), 70) }), (h, v, s) => {
    for (const i of [0, 1, 63, 64, 69]) h.store(v, 260 * i + 259, h.child(s));
  }),
  {
    name: 'a row of values larger than a page, to its last',
    types: [PAIR],
    build(h, s) {
      const row = h.values(PAIR, 5000);
      for (const i of [0, 2500, 4999]) {
        h.number(row, 2 * i, h.child({ ...s, kept: s.lost }));
        h.store(row, 2 * i + 1, h.child(s));
      }
      s.kept.push(row);
      return row + 777 * h.pw;
    },
  },
  valueOf('a channel keeps what is in its buffer, and not what its header looks like', struct('t', { c: CHANNEL, again: CHANNEL }), (h, v, s) => {
    const bait = h.child({ ...s, kept: s.lost });
    const c = h.channel(CHANNEL, 5, bait);
    for (const i of [0, 4]) {
      h.store(c + HCHAN_WORDS, 2 * i + 1, h.child(s));
      h.number(c + HCHAN_WORDS, 2 * i, bait);
    }
    h.store(v, 0, c);
    h.store(v, 1, c);
    s.kept.push(c);
  }),
  valueOf('channels of numbers, and without a buffer', struct('t', { i: INTS, c: CHANNEL, nil: CHANNEL, n: uintptr }), (h, v, s) => {
    const bait = h.child({ ...s, kept: s.lost });
    const numbers = h.channel(INTS, 3, bait);
    for (let i = 0; i < 3; i++) h.number(numbers + HCHAN_WORDS, i, bait);
    h.number(v, 3, bait);
    const unbuffered = h.channel(CHANNEL, 0, bait);
    h.store(v, 0, numbers);
    h.store(v, 1, unbuffered);
    s.kept.push(numbers, unbuffered);
  }),
  {
    name: 'a channel that only a root points at',
    types: [CHANNEL],
    build(h, s) {
      const bait = h.child({ ...s, kept: s.lost });
      const c = h.channel(CHANNEL, 40, bait);
      h.store(c + HCHAN_WORDS, 79, h.child(s));
      h.number(c + HCHAN_WORDS, 78, bait);
      s.kept.push(c);
      return c;
    },
  },
  {
    name: 'more channels than a buffer holds pieces',
    types: [ALL],
    build(h, s) {
      const t = h.value(ALL);
      for (let i = 0; i < 1000; i++) {
        const c = h.channel(CHANNEL, 2, 0);
        h.store(c + HCHAN_WORDS, 3, h.child(s));
        h.store(t, i, c);
        s.kept.push(c);
      }
      s.kept.push(t);
      return t;
    },
  },
  valueOf('a map keeps its buckets and what they hold', struct('t', { names: NAMES }), (h, v, s) => {
    const [hmap, buckets, overflow] = [h.value(NAMES.hmap), h.values(NAMES.bucket, 4), h.value(NAMES.bucket)];
    const hashes = 2 / h.pw;
    h.store(v, 0, hmap);
    h.store(hmap, 2, buckets);
    const bucket = hashes + 17;
    h.store(buckets, 3 * bucket + hashes + 15, h.child(s));
    h.number(buckets, 3 * bucket + hashes + 7, h.child({ ...s, kept: s.lost }));
    h.store(buckets, 3 * bucket + hashes + 16, overflow);
    h.store(overflow, hashes + 8, h.child(s));
    s.kept.push(hmap, buckets, overflow);
  }),
  valueOf('a pointer to the first field of a struct keeps what is in the rest', struct('t', { p: pointer(CHILD) }), (h, v, s) => {
    const outer = h.value(OUTER);
    h.store(v, 0, outer);
    h.number(outer, 1, h.child({ ...s, kept: s.lost }));
    h.number(outer, 3, h.child({ ...s, kept: s.lost }));
    h.store(outer, 2, h.child(s));
    h.store(outer, 4, h.child(s));
    s.kept.push(outer);
  }),
  valueOf('a pointer to the first of a row keeps what the others hold', struct('t', { p: pointer(CHILD) }), (h, v, s) => {
    const row = h.values(CHILD, 30);
    h.store(v, 0, row);
    h.store(row, 3 * 29 + 2, h.child(s));
    h.number(row, 3 * 29 + 1, h.child({ ...s, kept: s.lost }));
    s.kept.push(row);
  }),
];

/** Seven nested structs, each too long to be unrolled, with a loop in the innermost: eight frames. */
function deepest(): Case {
  let type: TypeDecl = struct('level0', { s: array(string, 13), rows: array(string, 40), p: pointer(CHILD) });
  for (let i = 1; i <= 7; i++) type = struct(`level${i}`, { n: int, s: array(string, 13), inner: type });
  return valueOf('subroutines and a loop, eight deep', type, (h, v, s) => {
    for (let i = 0; i < 7; i++) h.number(v, 27 * i, h.child({ ...s, kept: s.lost }));
    const text = h.untyped(3, FLAG_NOSCAN);
    h.string(v, 27 * 7 + 26 + 78, text << 2, 1);
    h.store(v, 27 * 7 + 106, h.child(s));
    s.kept.push(text);
  });
}

interface Outcome {
  readonly kept: readonly boolean[];
  readonly lost: readonly boolean[];
  readonly unused: readonly boolean[];
}

/** Returns the objects of the heap of `one` that survive a collection. The next collection frees all. */
function outcomeOf(one: Case, mode: Mode, shape: Partial<MachineShape> & { ptrWords: 1 | 2 }): Outcome {
  const table = typeTable(...one.types, ...COMMON);
  let outcome: Outcome = { kept: [], lost: [], unused: [] };
  runTyped(mode, table, shape, (m, mp) => {
    const survivors: Survivors = { kept: [], lost: [], unused: [] };
    const h = new Heap(m, mp, shape.ptrWords, (type) => table.index(type));
    setGlobal(m, 0, one.build(h, survivors));
    collect(m, mp, true);
    const alive = (refs: readonly Ref[]) => refs.map((p) => isAllocated(m, p));
    outcome = { kept: alive(survivors.kept), lost: alive(survivors.lost), unused: alive(survivors.unused) };
    setGlobal(m, 0, 0);
    collect(m, mp, true);
    expect(alive([...survivors.kept, ...survivors.lost, ...survivors.unused])).not.toContain(true);
  });
  return outcome;
}

function all(list: readonly boolean[], value: boolean): boolean[] {
  return list.map(() => value);
}

describe.each(TYPED_MACHINES)('$name', ({ shape }) => {
  it.each(CASES.map((one) => [one.name, one] as const))('mtypes: %s', (_, one) => {
    const outcome = outcomeOf(one, 'mtypes', shape);
    expect(outcome).toEqual({ kept: all(outcome.kept, true), lost: all(outcome.lost, false), unused: all(outcome.unused, false) });
  });

  it.each(CASES.map((one) => [one.name, one] as const))('heapbits: %s', (_, one) => {
    const outcome = outcomeOf(one, 'heapbits', shape);
    expect(outcome).toEqual({ kept: all(outcome.kept, true), lost: all(outcome.lost, false), unused: all(outcome.unused, true) });
  });

  it.each(CASES.map((one) => [one.name, one] as const))('none: %s', (_, one) => {
    const outcome = outcomeOf(one, 'none', shape);
    expect(outcome).toEqual({ kept: all(outcome.kept, true), lost: all(outcome.lost, true), unused: all(outcome.unused, true) });
  });

  describe('a block of unknown type', () => {
    /** Returns whether a child pointer to the untyped block keeps the apparent target of the block's word `word`. */
    function followed(word: number, rest: (h: Heap, block: Ref) => void): boolean {
      let kept = false;
      const holder = struct('holder', { p: pointer(CHILD) });
      const table = typeTable(holder, ...COMMON);
      runTyped('mtypes', table, shape, (m, mp) => {
        const h = new Heap(m, mp, shape.ptrWords, (type) => table.index(type));
        const [v, block, bait] = [h.value(holder), h.untyped(8), h.untyped(4)];
        h.store(v, 0, block);
        h.number(block, word, bait);
        rest(h, block);
        setGlobal(m, 0, v);
        collect(m, mp, true);
        expect(isAllocated(m, block)).toBe(true);
        kept = isAllocated(m, bait);
      });
      return kept;
    }

    it('is scanned by the type of the pointer to it, if nothing lies behind that', () => {
      expect(followed(0, () => {})).toBe(false);
      expect(followed(1, () => {})).toBe(false);
      expect(followed(2, () => {})).toBe(true);
    });

    it('is scanned once more, word by word, if anything lies behind that', () => {
      expect(followed(1, (h, block) => storeInt(h.m, block, 3, 1))).toBe(true);
      expect(followed(1, (h, block) => storeInt(h.m, block, 7, -1))).toBe(true);
      expect(followed(7, () => {})).toBe(true);
    });
  });
});

const NOTHING: Step = () => GOEXIT;

describe.each(TYPED_MACHINES.slice(0, 2))('an object with a finalizer, $name', ({ shape }) => {
  it.each(['mtypes', 'heapbits', 'none'] as const)('%s: keeps what its type points at but not itself; once due, it keeps itself as well', (mode) => {
    const table = typeTable(...COMMON);
    const machine = bootTyped(mode, table, shape);
    runMain(machine, function* (m, mp, gp) {
      const h = new Heap(m, mp, shape.ptrWords, (type) => table.index(type));
      const s: Survivors = { kept: [], lost: [], unused: [] };
      const bytes = h.untyped(6, FLAG_NOSCAN);
      const owner = h.value(OUTER);
      const inner = h.child(s);
      const bait = h.child({ ...s, kept: s.lost });
      h.store(owner, 4, inner);
      h.number(owner, 3, bait);
      for (const p of [owner, bytes]) setfinalizer(m, mp, gp, p << 2, 1, 0);
      setGlobal(m, 0, owner);
      setGlobal(m, 1, bytes);
      collect(m, mp, true);
      const others = () => [inner, bait].map((p) => isAllocated(m, p));
      expect(others()).toEqual([true, mode === 'none']);
      setGlobal(m, 0, 0);
      setGlobal(m, 1, 0);
      // Queues the finalizers. Their objects live until the finalizers have run.
      collect(m, mp, true);
      expect([isAllocated(m, owner), isAllocated(m, bytes), ...others()]).toEqual([true, true, true, mode === 'none']);
      for (let i = 0; i < 10; i++) yield;
      collect(m, mp, true);
      collect(m, mp, true);
      expect([isAllocated(m, owner), isAllocated(m, bytes), ...others()]).toEqual([false, false, false, false]);
    }, [NOTHING], 16);
  });

  it('heapbits: keeps nothing if it is bytes, whatever pointers were there before', () => {
    const machine = bootTyped('heapbits', typeTable(...COMMON), shape);
    runMain(machine, (m, mp, gp) => {
      const h = new Heap(m, mp, shape.ptrWords, () => 0);
      const before = h.untyped(6);
      collect(m, mp, true);
      const bytes = h.untyped(6, FLAG_NOSCAN);
      expect(bytes).toBe(before);
      const bait = h.untyped(4);
      h.number(bytes, 2, bait);
      setfinalizer(m, mp, gp, bytes << 2, 1, 0);
      setGlobal(m, 0, bytes);
      collect(m, mp, true);
      expect([isAllocated(m, bytes), isAllocated(m, bait)]).toEqual([true, false]);
    }, [NOTHING], 16);
  });
});

describe('checkptr', () => {
  const holder = struct('holder', { p: pointer(CHILD) });
  const table = typeTable(holder, struct('small', { p: pointer(CHILD) }), ...COMMON);

  function check(build: (h: Heap, v: Ref) => void, debug: number = DEBUG.checkptr): () => void {
    return () => runTyped('mtypes', table, { ptrWords: 2, debug }, (m, mp) => {
      const h = new Heap(m, mp, 2, (type) => table.index(type));
      const v = h.value(holder);
      build(h, v);
      setGlobal(m, 0, v);
      collect(m, mp, true);
    });
  }

  const DIFFERENT = 'the pointer and its block have different types';
  const TOO_LARGE = 'the value does not fit into its block';

  it.each<[string, string, (h: Heap, v: Ref) => void]>([
    ['the block was allocated as something else', DIFFERENT, (h, v) => h.store(v, 0, h.value(BOX))],
    ['the block is smaller', TOO_LARGE, (h, v) => h.store(v, 0, h.value(NUMBERS))],
    ['the value reaches past the block', TOO_LARGE, (h, v) => h.store(v, 0, h.value(OUTER) + 2 * 4)],
    ['the value reaches past a row', TOO_LARGE, (h, v) => h.store(v, 0, h.values(CHILD, 2) + 2 * 4)],
    ['the value reaches past a large row', TOO_LARGE, (h, v) => h.store(v, 0, h.values(unsafePointer, 8 * 1024 - 1) + 2 * (8 * 1024 - 2))],
  ])('stops when %s', (_, why, build) => {
    expect(fatalOf(check(build))).toMatchObject({ code: 'INVALID_GC_TYPE_INFO', facts: { why } });
    expect(check(build, 0)).not.toThrow();
  });

  it.each<[string, (h: Heap, v: Ref) => void]>([
    ['a value of its own', (h, v) => h.store(v, 0, h.value(CHILD))],
    ['an element of a row', (h, v) => h.store(v, 0, h.values(CHILD, 5) + 2 * 3 * 4)],
    ['the first field of a struct', (h, v) => h.store(v, 0, h.value(OUTER))],
    ['a block of unknown type', (h, v) => h.store(v, 0, h.untyped(3))],
    ['what was allocated as an unsafe.Pointer', (h, v) => h.store(v, 0, h.values(unsafePointer, 4))],
    ['nothing, or what is not in the heap', (h, v) => h.store(v, 0, 8)],
  ])('accepts a pointer to %s', (_, build) => {
    expect(check(build)).not.toThrow();
  });
});
