/** Each piece of memory from which a program can reach objects is a root once, and no other memory is. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { MachineShape } from '../../src/memory/map.ts';
import { CONFIG, Config, TYPES } from '../../src/memory/config.ts';
import type { Ref } from '../../src/memory/address.ts';
import type { Mem } from '../../src/memory/struct.ts';
import { G, G_STATUS, gAt } from '../../src/machine/g.ts';
import { pAt } from '../../src/machine/p.ts';
import { allglen } from '../../src/machine/sched.ts';
import { NUM_SIZE_CLASSES } from '../../src/heap/size-classes.ts';
import { SCAN_ALL } from '../../src/heap/type.ts';
import { Span, spanOf } from '../../src/heap/span.ts';
import { FIN, Fin, FinBlock, Finalizer } from '../../src/malloc/finq.ts';
import { FLAG_NOSCAN } from '../../src/malloc/flags.ts';
import { MCache, allocSlot, mcacheOf } from '../../src/malloc/mcache-record.ts';
import { SWEEPGEN } from '../../src/malloc/mheap.ts';
import { clearpools, flushallmcaches, markroot, rootCount, scanRoots } from '../../src/gc/roots.ts';
import { FULL, Obj, objAt, workbufStruct } from '../../src/gc/work.ts';
import { setfinalizer } from '../../src/runtime/finalizer.ts';
import { collect, newObject, prepare, setSlot, start } from '../../src/runtime/mutator.ts';
import { lfstackpop } from '../../src/sync/lfstack.ts';
import { fatalOf, runCore, type CoreMachine } from '../support/core-machine.ts';
import { PARKED_FOREVER } from '../support/core-steps.ts';

/** A piece of memory: its start, its 32-bit words, and what is known of its type. */
type Piece = [p: Ref, words: number, ti: number];

/** `of` receives the workbuf of each iteration in place of the mark loop. */
const gathered: { of?: (m: Mem, wbuf: Ref) => void } = {};

vi.mock('../../src/gc/policy.ts', async (original) => {
  const policy = await original<typeof import('../../src/gc/policy.ts')>();
  const scan: typeof policy.scan = (m, mp, wbuf, keepworking) => (gathered.of === undefined ? policy.scan(m, mp, wbuf, keepworking) : gathered.of(m, wbuf));
  return { ...policy, scan };
});

afterEach(() => {
  delete gathered.of;
});

const NOBJ = workbufStruct(1).at.nobj;

interface Stopped extends CoreMachine {
  /** Objects with a finalizer that are still referred to. */
  readonly finalized: readonly Ref[];
  /** As many finalizers are queued. */
  readonly queued: number;
}

/** Returns a machine after the end of its main goroutine: three goroutines sleep, one has ended, finalizers are set and queued. */
function stopped(changes: Partial<MachineShape> = {}): Stopped {
  const finalized: Ref[] = [];
  const machine = runCore({ arenaPages: 64, persistentWords: 1 << 16, ...changes }, -1, function* (m, mp, gp) {
    const sleepers = Array.from({ length: 3 }, (_, i) => prepare(m, mp, gp, 1, 2 + i));
    const brief = prepare(m, mp, gp, 2, 1);
    for (const goroutine of [...sleepers, brief]) start(m, mp, goroutine);
    yield;
    yield;
    for (const [i, size] of [16, 48, 48, 40_000, 8].entries()) {
      const p = newObject(m, mp, gp, 0, size, i === 2 ? FLAG_NOSCAN : 0);
      setfinalizer(m, mp, gp, p << 2, 2, 0);
      if (i > 0) continue;
      setSlot(m, sleepers[0], 0, p);
      finalized.push(p);
    }
    setSlot(m, gp, 0, 0);
    collect(m, mp, true);
    for (const [i, size] of [96, 5000].entries()) {
      const p = newObject(m, mp, gp, 1, size, 0);
      setfinalizer(m, mp, gp, p << 2, 2, 0);
      setSlot(m, sleepers[1], i, p);
      finalized.push(p);
    }
    // The second half of a tiny block: the block is the root.
    const tiny = newObject(m, mp, gp, 1, 8, FLAG_NOSCAN);
    const half = newObject(m, mp, gp, 1, 8, FLAG_NOSCAN);
    expect(half - tiny).toBe(2);
    setfinalizer(m, mp, gp, half << 2, 2, 0);
    finalized.push(tiny);
  }, PARKED_FOREVER);
  return { ...machine, finalized, queued: 4 };
}

function blockWords(m: Mem, p: Ref): number {
  return m[spanOf(m, p) + Span.at.elemsize] >>> 2;
}

/** Returns the roots of a machine, from its records alone. */
function rootsOf({ m, map, finalized }: Stopped): Piece[] {
  const region = (name: string): Piece => {
    const { start, words } = map.regions.find((each) => each.name === name)!;
    return [start, words, SCAN_ALL];
  };
  const pieces = [region('data'), region('bss')];
  for (let b = m[FIN + Fin.at.allfin]; b !== 0; b = m[b + FinBlock.at.alllink]) pieces.push([b + FinBlock.at.fin, m[b + FinBlock.at.cnt] * Finalizer.words, SCAN_ALL]);
  for (const p of finalized) pieces.push([p, blockWords(m, p), 0]);
  for (let i = 0; i < allglen(m); i++) {
    const gp = gAt(m, i);
    if (m[gp + G.at.xstatus] !== G_STATUS.dead) pieces.push([m[gp + G.at.stack], m[gp + G.at.sp] - m[gp + G.at.stack], SCAN_ALL]);
  }
  return pieces.filter(([p, words]) => p !== 0 && words !== 0);
}

const byRef = (a: Piece, b: Piece) => a[0] - b[0];

/** Returns what each iteration of the parallel for gathers. */
function iterations({ m, m0 }: CoreMachine): Piece[][] {
  return Array.from({ length: rootCount(m) }, (_, i) => {
    const pieces: Piece[] = [];
    const take = (_: Mem, b: Ref): void => {
      for (let k = 0; k < m[b + NOBJ]; k++) pieces.push([...m.subarray(objAt(b, k), objAt(b, k) + Obj.words)] as Piece);
    };
    gathered.of = take;
    markroot(m, m0, i);
    for (let b = lfstackpop(m, FULL); b !== 0; b = lfstackpop(m, FULL)) take(m, b);
    return pieces;
  });
}

const SHAPES: { name: string; shape: Partial<MachineShape> }[] = [
  { name: '64 bits', shape: {} },
  { name: '386', shape: { ptrWords: 1 } },
  { name: 'workbufs of two entries', shape: { workbufCap: 2, ptrBufCap: 2 } },
];

describe.each(SHAPES)('the roots, $name', ({ shape }) => {
  it('are each of these once: data, bss, queued finalizers, objects with a finalizer, stacks', () => {
    const machine = stopped(shape);
    const expected = rootsOf(machine);
    expect(iterations(machine).flat().toSorted(byRef)).toEqual(expected.toSorted(byRef));
    // Of each kind there is something: 3 sleepers and the finalizer goroutine have a stack.
    expect([machine.finalized.length, expected.length]).toEqual([4, 2 + 1 + 4 + 4]);
    expect(expected[2][1]).toBe(machine.queued * Finalizer.words);
  });

  it('do not overlap', () => {
    const pieces = rootsOf(stopped(shape)).toSorted(byRef);
    for (let i = 1; i < pieces.length; i++) expect(pieces[i][0]).toBeGreaterThanOrEqual(pieces[i - 1][0] + pieces[i - 1][1]);
  });

  it.each([true, false])('are scanned once each by a collector that marks alone, objects with finalizers only if they are its roots: %s', (withSpecials) => {
    const machine = stopped(shape);
    const { m, m0, finalized } = machine;
    const scanned: [Ref, number][] = [];
    scanRoots(m, m0, withSpecials, (_m, _mp, p, words) => scanned.push([p, words]));
    const expected = rootsOf(machine).filter(([p]) => withSpecials || !finalized.includes(p)).map(([p, words]): [Ref, number] => [p, words]);
    expect(scanned.toSorted((a, b) => a[0] - b[0])).toEqual(expected.toSorted((a, b) => a[0] - b[0]));
  });
});

describe('an iteration', () => {
  it('gathers one goroutine each after the first five, and nothing for one that has ended', () => {
    const machine = stopped();
    const { m } = machine;
    const ended = Array.from({ length: allglen(m) }, (_, i) => gAt(m, i)).find((gp) => m[gp + G.at.xstatus] === G_STATUS.dead)!;
    m[ended + G.at.stack] = m[CONFIG + Config.at.arenaStart];
    m[ended + G.at.sp] = m[ended + G.at.stack] + 8;
    const stacks = iterations(machine).slice(rootCount(m) - allglen(m));
    expect(stacks.length).toBe(allglen(m));
    for (const [i, pieces] of stacks.entries()) {
      const gp = gAt(m, i);
      expect(pieces).toEqual(m[gp + G.at.xstatus] === G_STATUS.dead ? [] : [[m[gp + G.at.stack], m[gp + G.at.sp] - m[gp + G.at.stack], SCAN_ALL]]);
    }
    expect(stacks.some((pieces) => pieces.length === 0)).toBe(true);
  });

  it('is refused while its goroutine runs', () => {
    const machine = stopped();
    const { m } = machine;
    const asleep = Array.from({ length: allglen(m) }, (_, i) => gAt(m, i)).find((gp) => m[gp + G.at.xstatus] === G_STATUS.waiting)!;
    m[asleep + G.at.xstatus] = G_STATUS.running;
    expect(fatalOf(() => iterations(machine)).code).toBe('MARK_WORLD_NOT_STOPPED');
  });

  it('is refused past the last goroutine', () => {
    const { m, m0 } = stopped();
    expect(fatalOf(() => markroot(m, m0, rootCount(m))).code).toBe('MARKROOT_BAD_INDEX');
  });

  it('is refused while a span is unswept: its marks are those of the previous cycle', () => {
    const machine = stopped();
    machine.m[SWEEPGEN] += 2;
    expect(fatalOf(() => iterations(machine)).code).toBe('GC_OF_UNSWEPT_SPAN');
  });

  it('takes no pointers from a pointer-free object with a finalizer if pointer bits describe the heap', () => {
    const kept: Ref[] = [];
    const machine = runCore({ types: TYPES.heapbits, arenaPages: 512 }, -1, (m, mp, gp) => {
      collect(m, mp, true);
      for (const flags of [0, FLAG_NOSCAN]) {
        const p = newObject(m, mp, gp, 0, 64, flags);
        setfinalizer(m, mp, gp, p << 2, 1, 0);
        kept.push(p);
      }
    }, PARKED_FOREVER);
    const pieces = iterations(machine).flat().map(([p]) => p);
    expect(kept.map((p) => pieces.includes(p))).toEqual([true, false]);
  });
});

describe('the MCaches before the mark', () => {
  /** Returns the spans that the MCache of the only P caches. */
  function cached(m: Mem): Ref[] {
    const slots = Array.from({ length: NUM_SIZE_CLASSES }, (_, i) => m[allocSlot(mcacheOf(pAt(m, 0)), i)]);
    return slots.filter((s) => m[s + Span.at.nelems] !== 0);
  }

  it('return all spans, so the sweep finds them', () => {
    const { m, m0 } = stopped();
    expect(cached(m).length).toBeGreaterThan(0);
    flushallmcaches(m, m0);
    expect(cached(m)).toEqual([]);
  });

  it('return all spans in an iteration over the roots', () => {
    const machine = stopped();
    iterations(machine);
    expect(cached(machine.m)).toEqual([]);
  });

  it('drop their tiny blocks: an MCache is no root', () => {
    const { m, m0 } = runCore({}, -1, (m, mp, gp) => void newObject(m, mp, gp, 0, 5, FLAG_NOSCAN));
    const c = mcacheOf(pAt(m, 0));
    expect([m[c + MCache.at.tiny] !== 0, m[c + MCache.at.tinysize]]).toEqual([true, 11]);
    clearpools(m, m0);
    expect([m[c + MCache.at.tiny], m[c + MCache.at.tinysize]]).toEqual([0, 0]);
  });

  it('return their free stacks to the pools', () => {
    const { m, m0 } = stopped();
    const words = () => Array.from({ length: 4 }, (_, order) => m[mcacheOf(pAt(m, 0)) + MCache.at.stackWords + order]).reduce((a, b) => a + b);
    expect(words()).toBeGreaterThan(0);
    clearpools(m, m0);
    expect(words()).toBe(0);
  });
});

describe('the regions of data and bss', () => {
  it('end where the next region begins', () => {
    const { m, map } = stopped({ dataWords: 32, bssWords: 96 });
    const start = (name: string) => map.regions.find((region) => region.name === name)!.start;
    expect([m[CONFIG + Config.at.data], m[CONFIG + Config.at.bss], m[CONFIG + Config.at.cycleLog]]).toEqual([start('data'), start('bss'), start('cycleLog')]);
  });
});
