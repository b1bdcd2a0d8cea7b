import { describe, expect, it } from 'vitest';
import type { Mem } from '../../src/memory/struct.ts';
import type { MachineShape } from '../../src/memory/map.ts';
import type { Ref } from '../../src/memory/address.ts';
import type { GRef } from '../../src/machine/g.ts';
import type { MRef } from '../../src/machine/m.ts';
import { FLAG_NOSCAN } from '../../src/malloc/flags.ts';
import { ZEROBASE } from '../../src/malloc/malloc.ts';
import { FIN, Fin } from '../../src/malloc/finq.ts';
import { clearfinalizer, setfinalizer } from '../../src/runtime/finalizer.ts';
import { GOEXIT, type Step } from '../../src/runtime/goroutine.ts';
import { collect, getGlobal, getSlot, getSlotAddress, loadInt, loadWord, newObject, setGlobal, setSlot, storeInt, storeWord } from '../../src/runtime/mutator.ts';
import { bootCore, fatalOf, isAllocated, recount, runMain, type Main } from '../support/core-machine.ts';
import { COLLECTORS } from '../support/core-shape.ts';

/** Index of the finalizer in the program. */
const FINALIZE = 1;

interface Finalized {
  readonly address: number;
  readonly context: number;
}

/** Runs `main`; `ran` fills with what the finalizer was called with, and `also` is done in it. */
function withFinalizer(shape: Partial<MachineShape>, main: (ran: readonly Finalized[]) => Main, also?: Step): readonly Finalized[] {
  const ran: Finalized[] = [];
  function finalize(m: Mem, mp: MRef, gp: GRef, text: readonly Step[]): number {
    ran.push({ address: getSlotAddress(m, gp, 0), context: getSlotAddress(m, gp, 1) });
    also?.(m, mp, gp, text);
    return GOEXIT;
  }
  const machine = bootCore({ ...shape, arenaPages: 32 * 128 }, 100);
  runMain(machine, main(ran), [finalize]);
  return ran;
}

/** Collects and lets the finalizer goroutine run, several times. */
function* settleFinalizers(m: Mem, mp: MRef, times = 5): Generator<undefined, void> {
  for (let i = 0; i < times; i++) {
    collect(m, mp, true);
    for (let k = 0; k < 5; k++) yield;
  }
}

describe.each(COLLECTORS)('finalizers, $name', ({ policy, collector }) => {
  const shape = { policy, collector };

  it('run once, with the object intact and their context; then the object is freed', () => {
    let object: Ref = 0;
    let seen = 0;
    withFinalizer(
      shape,
      (ran) =>
        function* (m, mp, gp) {
          object = newObject(m, mp, gp, 0, 48, 0);
          storeInt(m, object, 5, 4711);
          expect(setfinalizer(m, mp, gp, object * 4, FINALIZE, 42)).toBe(true);
          yield* settleFinalizers(m, mp);
          expect(ran).toEqual([]);
          setSlot(m, gp, 0, 0);
          yield* settleFinalizers(m, mp);
          expect(ran).toEqual([{ address: object * 4, context: 42 }]);
          expect(seen).toBe(4711);
          expect(isAllocated(m, object)).toBe(false);
        },
      (m, _mp, gp) => (seen = loadInt(m, getSlot(m, gp, 0), 5)),
    );
  });

  it('run first for A, then for B, if A points to B', () => {
    withFinalizer(
      shape,
      (ran) =>
        function* (m, mp, gp) {
          const n = 20;
          for (let i = 0; i < n; i++) {
            const p = newObject(m, mp, gp, 1, 32, 0);
            storeWord(m, p, 0, getSlot(m, gp, 0));
            setSlot(m, gp, 0, p);
            setfinalizer(m, mp, gp, p * 4, FINALIZE, i);
          }
          setSlot(m, gp, 0, 0);
          setSlot(m, gp, 1, 0);
          yield* settleFinalizers(m, mp, 2 * n);
          expect(ran.map(({ context }) => context)).toEqual(Array.from({ length: n }, (_, i) => n - 1 - i));
          expect(recount(m).objects).toBe(0);
        },
    );
  });

  it('keep what their object points to until they have run', () => {
    let inner: Ref = 0;
    let kept = false;
    withFinalizer(
      shape,
      () =>
        function* (m, mp, gp) {
          const outer = newObject(m, mp, gp, 0, 48, 0);
          inner = newObject(m, mp, gp, 1, 100_000, 0);
          storeWord(m, outer, 2, inner);
          setfinalizer(m, mp, gp, outer * 4, FINALIZE, 0);
          setSlot(m, gp, 0, 0);
          setSlot(m, gp, 1, 0);
          yield* settleFinalizers(m, mp);
          expect([kept, isAllocated(m, inner)]).toEqual([true, false]);
        },
      (m, _mp, gp) => {
        kept = loadWord(m, getSlot(m, gp, 0), 2) === inner && isAllocated(m, inner);
        return GOEXIT;
      },
    );
  });

  it('never run if they are removed, and the object is freed like any other', () => {
    withFinalizer(
      shape,
      (ran) =>
        function* (m, mp, gp) {
          const object = newObject(m, mp, gp, 0, 48, 0);
          setfinalizer(m, mp, gp, object * 4, FINALIZE, 0);
          expect([clearfinalizer(m, mp, object * 4), clearfinalizer(m, mp, object * 4)]).toEqual([true, false]);
          setSlot(m, gp, 0, 0);
          yield* settleFinalizers(m, mp);
          expect([ran, isAllocated(m, object)]).toEqual([[], false]);
        },
    );
  });

  it('are set one at a time on an object, and again after removal', () => {
    withFinalizer(
      shape,
      (ran) =>
        function* (m, mp, gp) {
          const object = newObject(m, mp, gp, 0, 48, 0);
          const set = (context: number) => setfinalizer(m, mp, gp, object * 4, FINALIZE, context);
          expect([set(1), set(2)]).toEqual([true, false]);
          clearfinalizer(m, mp, object * 4);
          expect(set(3)).toBe(true);
          setSlot(m, gp, 0, 0);
          yield* settleFinalizers(m, mp);
          expect(ran.map(({ context }) => context)).toEqual([3]);
        },
    );
  });

  it('may make their object reachable again, which keeps it alive', () => {
    withFinalizer(
      shape,
      (ran) =>
        function* (m, mp, gp) {
          const object = newObject(m, mp, gp, 0, 48, 0);
          storeInt(m, object, 1, 7);
          setfinalizer(m, mp, gp, object * 4, FINALIZE, 0);
          setSlot(m, gp, 0, 0);
          yield* settleFinalizers(m, mp);
          expect([ran.length, getGlobal(m, 0), isAllocated(m, object), loadInt(m, object, 1)]).toEqual([1, object, true, 7]);
          setGlobal(m, 0, 0);
          yield* settleFinalizers(m, mp);
          expect([ran.length, isAllocated(m, object)]).toEqual([1, false]);
        },
      (m, _mp, gp) => {
        setGlobal(m, 0, getSlot(m, gp, 0));
        return GOEXIT;
      },
    );
  });

  it('can be set again on a resurrected object', () => {
    withFinalizer(
      shape,
      (ran) =>
        function* (m, mp, gp) {
          for (let i = 0; i < 3; i++) {
            const object = i === 0 ? newObject(m, mp, gp, 0, 48, 0) : getGlobal(m, 0);
            expect(setfinalizer(m, mp, gp, object * 4, FINALIZE, i)).toBe(true);
            setSlot(m, gp, 0, 0);
            setGlobal(m, 0, 0);
            yield* settleFinalizers(m, mp);
          }
          expect(ran.map(({ context }) => context)).toEqual([0, 1, 2]);
        },
      (m, _mp, gp) => {
        setGlobal(m, 0, getSlot(m, gp, 0));
        return GOEXIT;
      },
    );
  });

  it('run exactly once each, of a thousand objects of all sizes', () => {
    const sizes = [8, 16, 48, 1024, 33_000];
    withFinalizer(shape, (ran) =>
      function* (m, mp, gp) {
        for (let i = 0; i < 1000; i++) {
          const p = newObject(m, mp, gp, 0, i % 50 === 0 ? 33_000 : sizes[i % 4], 0);
          setfinalizer(m, mp, gp, p * 4, FINALIZE, i);
        }
        setSlot(m, gp, 0, 0);
        yield* settleFinalizers(m, mp, 20);
        // Go promises no more than most; here all.
        expect(ran.length).toBeGreaterThanOrEqual(800);
        expect(ran.map(({ context }) => context).toSorted((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, i) => i));
        expect([m[FIN + Fin.at.queued], m[FIN + Fin.at.ran], recount(m).objects]).toEqual([1000, 1000, 0]);
      },
    );
  });

  it('may allocate and collect while their object stays alive', () => {
    let checked = 0;
    withFinalizer(
      shape,
      () =>
        function* (m, mp, gp) {
          for (let i = 0; i < 50; i++) {
            const p = newObject(m, mp, gp, 0, 64, 0);
            storeInt(m, p, 3, 1000 + i);
            setfinalizer(m, mp, gp, p * 4, FINALIZE, i);
          }
          setSlot(m, gp, 0, 0);
          yield* settleFinalizers(m, mp, 60);
          expect(checked).toBe(50);
        },
      (m, mp, gp) => {
        const context = getSlotAddress(m, gp, 1);
        for (let i = 0; i < 20; i++) newObject(m, mp, gp, 1, 64, 0);
        collect(m, mp, true);
        for (let i = 0; i < 20; i++) {
          const p = newObject(m, mp, gp, 1, 64, FLAG_NOSCAN);
          m.fill(-1, p, p + 16);
        }
        if (loadInt(m, getSlot(m, gp, 0), 3) === 1000 + context) checked++;
        return GOEXIT;
      },
    );
  });

  it('get exactly the part of a tiny block that they were set on', () => {
    withFinalizer(shape, (ran) =>
      function* (m, mp, gp) {
        const addresses: number[] = [];
        for (let i = 0; i < 16; i++) {
          newObject(m, mp, gp, 0, 1, FLAG_NOSCAN);
          addresses.push(getSlotAddress(m, gp, 0));
        }
        setfinalizer(m, mp, gp, addresses[7], FINALIZE, 7);
        setSlot(m, gp, 0, 0);
        yield* settleFinalizers(m, mp);
        expect(ran).toEqual([{ address: addresses[7], context: 7 }]);
      },
    );
  });

  it('of one tiny block all run once none of its objects is reachable', () => {
    withFinalizer(shape, (ran) =>
      function* (m, mp, gp) {
        const addresses: number[] = [];
        for (let i = 0; i < 16; i++) {
          newObject(m, mp, gp, 0, 1, FLAG_NOSCAN);
          addresses.push(getSlotAddress(m, gp, 0));
          expect(setfinalizer(m, mp, gp, addresses[i], FINALIZE, i)).toBe(true);
        }
        // The last keeps the block.
        yield* settleFinalizers(m, mp);
        expect(ran).toEqual([]);
        setSlot(m, gp, 0, 0);
        collect(m, mp, true);
        // All at once: the first must not keep the block from the others.
        expect(m[FIN + Fin.at.queued]).toBe(16);
        yield* settleFinalizers(m, mp);
        expect(ran.toSorted((a, b) => a.context - b.context)).toEqual(addresses.map((address, context) => ({ address, context })));
        expect(recount(m).objects).toBe(0);
      },
    );
  });

  it('all run if there are more than a block of the queue holds', () => {
    withFinalizer(shape, (ran) =>
      function* (m, mp, gp) {
        for (let i = 0; i < 3000; i++) {
          const p = newObject(m, mp, gp, 0, 16, 0);
          setfinalizer(m, mp, gp, p * 4, FINALIZE, i);
        }
        setSlot(m, gp, 0, 0);
        yield* settleFinalizers(m, mp, 80);
        expect(new Set(ran.map(({ context }) => context)).size).toBe(3000);
        expect(ran.length).toBe(3000);
      },
    );
  });
});

describe('a finalizer', () => {
  it('can only be set on an object of the heap', () => {
    runMain(bootCore(), (m, mp, gp) => {
      const p = newObject(m, mp, gp, 0, 100_000, 0);
      for (const address of [0, ZEROBASE * 4 + 32, m.length * 4 - 8, (p + 25_000) * 4]) {
        expect(fatalOf(() => setfinalizer(m, mp, gp, address, FINALIZE, 0)).code).toBe('SPECIAL_ON_INVALID_POINTER');
      }
      // As in Go, all objects of 0 bytes are one address outside the heap, and a finalizer on it is passed over.
      expect(setfinalizer(m, mp, gp, ZEROBASE * 4, FINALIZE, 0)).toBe(true);
    });
  });
});
