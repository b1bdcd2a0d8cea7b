import { describe, expect, it } from 'vitest';
import type { Ref } from '../../src/memory/address.ts';
import { storePointer } from '../../src/memory/pointer.ts';
import type { Mem } from '../../src/memory/struct.ts';
import { CONFIG, Config, DIRECTION, MARK_BY, ORDER } from '../../src/memory/config.ts';
import { COLLECTOR } from '../../src/gc/collectors/registry.ts';
import type { MachineShape } from '../../src/memory/map.ts';
import { xorshift32 } from '../../src/base/random.ts';
import { FLAG_NOSCAN } from '../../src/malloc/flags.ts';
import { POLICY } from '../../src/gc/policy.ts';
import { WORK, Work, EMPTY, FULL, workbufStruct } from '../../src/gc/work.ts';
import { PARKED_FOREVER } from '../support/core-steps.ts';
import { call, ret } from '../../src/runtime/goroutine.ts';
import { collect, dataAt, getGlobal, getSlot, globalAt, loadInt, loadWord, newObject, prepare, setGlobal, setSlot, start, storeInt, storeWord } from '../../src/runtime/mutator.ts';
import { bootCore, isAllocated, recount, runCore, runMain } from '../support/core-machine.ts';
import { COLLECTORS } from '../support/core-shape.ts';

const ALL_MEANS = { labMark: MARK_BY.byte, labOrder: ORDER.fifo, labDirection: DIRECTION.backwards, labSplit: 6, labPrefetch: 3 };

/** Each mark loop with its pointer size, and with small buffers that overflow often. */
const MACHINES: { name: string; shape: Partial<MachineShape> }[] = [
  ...COLLECTORS.map(({ name, ...shape }) => ({ name, shape })),
  { name: 'go1.3, tiny buffers', shape: { policy: 0, workbufCap: 5, ptrBufCap: 3, maxWorkbufs: 60_000 } },
  { name: 'go1.3, 386', shape: { policy: 0, ptrWords: 1 } },
  { name: 'lab, tiny buffers', shape: { policy: POLICY.lab, workbufCap: 5, ptrBufCap: 3, maxWorkbufs: 60_000 } },
  { name: 'lab, all parameters changed', shape: { policy: POLICY.lab, workbufCap: 5, ptrBufCap: 3, maxWorkbufs: 60_000, ...ALL_MEANS } },
  { name: 'bitmap, tiny buffers', shape: { collector: COLLECTOR.bitmap, workbufCap: 5, ptrBufCap: 3, maxWorkbufs: 60_000 } },
  { name: 'bitmap, 386', shape: { collector: COLLECTOR.bitmap, ptrWords: 1 } },
  { name: 'refword, tiny buffers', shape: { collector: COLLECTOR.refword, workbufCap: 5, ptrBufCap: 3, maxWorkbufs: 60_000 } },
  { name: 'refword, 386', shape: { collector: COLLECTOR.refword, ptrWords: 1 } },
];

/** Returns the number of workbufs on `stack`. Invariant of gc/work.ts: after the mark, all of them are on `empty`. */
function workbufsOn(m: Mem, stack: Ref): number {
  const idMask = 2 ** m[CONFIG + Config.at.lfstackIdBits] - 1;
  let n = 0;
  for (let head = m[stack]; head !== 0; n++) {
    if (n > m[WORK + Work.at.nbufs]) throw new Error('circle');
    head = m[m[CONFIG + Config.at.workbufs] + ((head & idMask) - 1) * m[CONFIG + Config.at.workbufWords] + workbufStruct(1).at.node];
  }
  return n;
}

describe.each(MACHINES)('$name', ({ shape }) => {
  it('keeps a chain of 100,000 objects whole, and frees it once its head is dropped', () => {
    runCore({ ...shape, arenaPages: 2048 }, 100, (m, mp, gp) => {
      const length = 100_000;
      for (let i = 0; i < length; i++) {
        const p = newObject(m, mp, gp, 1, 32, 0);
        storeInt(m, p, 1, i);
        storeWord(m, p, 0, getSlot(m, gp, 0));
        setSlot(m, gp, 0, p);
      }
      setSlot(m, gp, 1, 0);
      collect(m, mp, true);
      let expected = length - 1;
      for (let p = getSlot(m, gp, 0); p !== 0; p = loadWord(m, p, 0)) {
        if (loadInt(m, p, 1) !== expected) expect(loadInt(m, p, 1)).toBe(expected);
        expected--;
      }
      expect(expected).toBe(-1);
      expect(recount(m).objects).toBe(length);
      setSlot(m, gp, 0, 0);
      collect(m, mp, true);
      expect(recount(m).objects).toBe(0);
    });
  });

  it('keeps exactly the reachable objects of a random graph, round after round', () => {
    runCore({ ...shape, arenaPages: 4096 }, -1, (m, mp, gp) => {
      const pointer = m[CONFIG + Config.at.ptrWords] * 4;
      const sizes = [8, 16, 24, 32, 48, 64, 112, 416, 1024, 2304, 6144, 33_000];
      let x = 12345;
      const draw = (n: number) => (x = xorshift32(x)) % n;
      const words = new Map<Ref, number>();
      for (let round = 0; round < 6; round++) {
        // Collections are off, so no object is lost before the graph is linked.
        for (let i = 0; i < 1500; i++) {
          const size = sizes[draw(sizes.length)];
          const noscan = size >= 16 && draw(4) === 0;
          const p = newObject(m, mp, gp, 0, size, noscan ? FLAG_NOSCAN : 0);
          words.set(p, noscan ? 0 : size / pointer);
        }
        setSlot(m, gp, 0, 0);
        const all = [...words.keys()];
        for (const [p, n] of words) {
          for (let k = 0; k < Math.min(n, 3); k++) {
            const target = all[draw(all.length)];
            // Also from the last word of the object.
            storeWord(m, p, k === 2 ? n - 1 : k, draw(3) === 0 ? 0 : target);
          }
        }
        for (let i = 0; i < 12; i++) setGlobal(m, i, all[draw(all.length)]);
        // The expected set follows from the heap's words alone, without the collector.
        const reached = new Set<Ref>();
        const todo = Array.from({ length: 12 }, (_, i) => getGlobal(m, i));
        for (let p = todo.pop(); p !== undefined; p = todo.pop()) {
          if (p === 0 || reached.has(p)) continue;
          reached.add(p);
          for (let k = 0; k < words.get(p)!; k++) todo.push(loadWord(m, p, k));
        }
        collect(m, mp, true);
        const wrong = all.filter((p) => isAllocated(m, p) !== reached.has(p));
        expect([round, wrong]).toEqual([round, []]);
        expect(recount(m).objects).toBe(reached.size);
        for (const p of all) if (!reached.has(p)) words.delete(p);
        expect([workbufsOn(m, FULL), workbufsOn(m, EMPTY)]).toEqual([0, m[WORK + Work.at.nbufs]]);
      }
    });
  });

  it('keeps everything that an array points at for a pointer into the middle of the array', () => {
    runCore({ ...shape, arenaPages: 2048 }, -1, (m, mp, gp) => {
      const length = 200_000;
      const array = newObject(m, mp, gp, 0, length * m[CONFIG + Config.at.ptrWords] * 4, 0);
      const targets: Ref[] = [];
      for (let i = 0; i < length; i += 97) {
        const p = newObject(m, mp, gp, 1, 16, FLAG_NOSCAN);
        storeWord(m, array, i, p);
        targets.push(p);
      }
      storeWord(m, array, length - 1, targets[0]);
      setSlot(m, gp, 1, 0);
      setSlot(m, gp, 0, array + 150_000);
      collect(m, mp, true);
      expect([isAllocated(m, array), targets.every((p) => isAllocated(m, p))]).toEqual([true, true]);
      setSlot(m, gp, 0, 0);
      collect(m, mp, true);
      expect(recount(m).objects).toBe(0);
    });
  });

  it('frees a cycle that nothing points at', () => {
    runCore(shape, -1, (m, mp, gp) => {
      const a = newObject(m, mp, gp, 0, 32, 0);
      const b = newObject(m, mp, gp, 1, 32, 0);
      storeWord(m, a, 0, b);
      storeWord(m, b, 1, a);
      setSlot(m, gp, 0, 0);
      collect(m, mp, true);
      expect([isAllocated(m, a), isAllocated(m, b)]).toEqual([true, true]);
      setSlot(m, gp, 1, 0);
      collect(m, mp, true);
      expect([isAllocated(m, a), isAllocated(m, b)]).toEqual([false, false]);
    });
  });

  it('does not scan an object without pointers', () => {
    runCore(shape, -1, (m, mp, gp) => {
      const holder = newObject(m, mp, gp, 0, 64, FLAG_NOSCAN);
      const target = newObject(m, mp, gp, 1, 64, 0);
      for (let i = 0; i < 8; i++) storeWord(m, holder, i, target);
      setSlot(m, gp, 1, 0);
      collect(m, mp, true);
      expect([isAllocated(m, holder), isAllocated(m, target)]).toEqual([true, false]);
    });
  });

  it('scans data, bss and frames to their last word', () => {
    const machine = bootCore({ ...shape, dataWords: 64, bssWords: 64 }, -1);
    runMain(machine, (m, mp, gp) => {
      const pw = m[CONFIG + Config.at.ptrWords];
      const last = 64 / pw - 1;
      const roots = [dataAt(m, 0), dataAt(m, last), globalAt(m, 0), globalAt(m, last)];
      const objects = roots.map((at) => {
        const p = newObject(m, mp, gp, 0, 48, 0);
        if (pw === 2) storePointer(m, at, p);
        else m[at] = p << 2;
        return p;
      });
      objects.push(newObject(m, mp, gp, 7, 48, 0));
      setSlot(m, gp, 0, 0);
      collect(m, mp, true);
      expect(objects.map((p) => isAllocated(m, p))).toEqual([true, true, true, true, true]);
      for (const at of roots) m[at] = 0;
      setSlot(m, gp, 7, 0);
      collect(m, mp, true);
      expect(objects.some((p) => isAllocated(m, p))).toBe(false);
    });
  });

  it('keeps the objects of a frame until the frame returns', () => {
    const seen: boolean[] = [];
    let inner = 0;
    const machine = bootCore(shape, -1);
    function callInner(m: Mem, _mp: number, gp: number): number {
      return call(m, gp, 2, 3, 3);
    }
    function allocate(m: Mem, mp: number, gp: number): number {
      inner = newObject(m, mp, gp, 2, 48, 0);
      collect(m, mp, true);
      seen.push(isAllocated(m, inner));
      return ret(m, gp);
    }
    function afterwards(m: Mem, mp: number, gp: number): number {
      collect(m, mp, true);
      seen.push(isAllocated(m, inner));
      setGlobal(m, 0, 1);
      return ret(m, gp);
    }
    runMain(
      machine,
      function* (m, mp, gp) {
        start(m, mp, prepare(m, mp, gp, 1, 1));
        while (getGlobal(m, 0) === 0) yield;
      },
      [callInner, allocate, afterwards],
    );
    expect(seen).toEqual([true, false]);
  });

  it('keeps the objects of a sleeping goroutine, and frees those of a finished one', () => {
    runMain(
      bootCore(shape, -1),
      function* (m, mp, gp) {
        const goroutine = prepare(m, mp, gp, 1, 1);
        const [kept, lost] = [newObject(m, mp, gp, 0, 48, 0), newObject(m, mp, gp, 1, 48, 0)];
        setSlot(m, goroutine, 0, kept);
        start(m, mp, goroutine);
        const brief = prepare(m, mp, gp, 2, 1);
        setSlot(m, brief, 0, lost);
        start(m, mp, brief);
        setSlot(m, gp, 0, 0);
        setSlot(m, gp, 1, 0);
        yield;
        yield;
        collect(m, mp, true);
        expect([isAllocated(m, kept), isAllocated(m, lost)]).toEqual([true, false]);
      },
      PARKED_FOREVER,
    );
  });
});

describe.each(COLLECTORS)('$name', ({ policy, collector }) => {
  it('keeps nothing for an integer that reads like an address', () => {
    runCore({ policy, collector }, -1, (m, mp, gp) => {
      const target = newObject(m, mp, gp, 0, 64, 0);
      const holder = newObject(m, mp, gp, 1, 64, 0);
      for (let i = 0; i < 8; i++) storeInt(m, holder, i, target << 2);
      m[globalAt(m, 3)] = target << 2;
      setSlot(m, gp, 0, 0);
      collect(m, mp, true);
      expect([isAllocated(m, holder), isAllocated(m, target)]).toEqual([true, false]);
    });
  });

  it('ignores pointers outside the arena, or into its unused part', () => {
    runCore({ policy, collector }, -1, (m, mp, gp) => {
      const holder = newObject(m, mp, gp, 0, 128, 0);
      const refs = [1, 8, m[CONFIG + Config.at.arenaStart] - 2, m[CONFIG + Config.at.arenaEnd] - 2, m[CONFIG + Config.at.arenaEnd], 2 ** 30 - 2];
      refs.forEach((ref, i) => storePointer(m, holder + 2 * i, ref));
      collect(m, mp, true);
      expect(isAllocated(m, holder)).toBe(true);
      expect(recount(m).objects).toBe(1);
    });
  });
});
