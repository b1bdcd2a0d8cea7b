import { describe, expect, it } from 'vitest';
import { G, G_STATUS, gAt } from '../../src/machine/g.ts';
import { allglen } from '../../src/machine/sched.ts';
import { FLAG_NOSCAN } from '../../src/malloc/flags.ts';
import { FIN, Fin, Finalizer, finalizerAt } from '../../src/malloc/finq.ts';
import { setfinalizer } from '../../src/runtime/finalizer.ts';
import { GOEXIT, call, parkAt, yieldTo, type Step } from '../../src/runtime/goroutine.ts';
import { SYSTEM_STEPS } from '../../src/runtime/system.ts';
import { collect as collectNow, getGlobal, getInt, newObject, prepare, setGlobal, setInt, setSlot, start, storeInt, storeWord } from '../../src/runtime/mutator.ts';
import { readDump } from '../../src/workloads/heaps/go-dump-decode.ts';
import { writeDump } from '../../src/workloads/heaps/go-dump-encode.ts';
import { churn } from '../../src/workloads/churn.ts';
import { links } from '../../src/workloads/links.ts';
import { strings } from '../../src/workloads/strings.ts';
import type { Workload } from '../../src/workloads/workload.ts';
import { dumpOf, only } from '../support/heapdump.ts';
import { runOnOneP, type Run } from '../support/machine.ts';
import { readDump as readImage } from '../workloads/heaps/go-dump-feed.ts';

const BASE = 0xc0_0000_0000;

function workloadOf(steps: readonly Step[], slots: number): Workload {
  return {
    name: 'test', summary: '', params: {}, steps, main: { pc: 0, slots }, args: () => [],
    needs: () => ({ arenaBytes: 4 << 20, globals: 4, goroutines: 4 }),
  };
}

const programs: [string, () => Run][] = [
  ['churn', () => runOnOneP(churn, { count: 20_000 })],
  ['links', () => runOnOneP(links, { moves: 5000 })],
  ['strings', () => runOnOneP(strings, { count: 20_000 })],
  ['churn on 32 bits', () => runOnOneP(churn, { count: 20_000 }, { ptrWords: 1 })],
];

describe.each(programs)('the dump of %s', (_, run) => {
  const { m, memstats } = run();
  const bytes = dumpOf(m);
  const { records } = readDump(bytes);

  it('has the objects that the machine counts', async () => {
    const objects = only(records, 'object');
    expect(objects).toHaveLength(memstats.HeapObjects);
    expect(objects.reduce((sum, { contents }) => sum + contents.length, 0)).toBe(memstats.Alloc);
    expect(only(records, 'memStats')).toMatchObject([{ heapObjects: memstats.HeapObjects, mallocs: memstats.Mallocs, frees: memstats.Frees, numGC: memstats.NumGC }]);
    expect(await readImage(bytes)).toMatchObject({ objects: memstats.HeapObjects, bytes: memstats.Alloc });
  });

  it('is written as it was read', () => {
    expect(Buffer.from(writeDump(readDump(bytes))).equals(bytes)).toBe(true);
  });

  it('has one record for each thing, in the order of Go', () => {
    const kinds = records.map(({ kind }) => kind).filter((kind, i, all) => kind !== all[i - 1]);
    expect(kinds.filter((kind) => kind !== 'goroutine' && kind !== 'frame')).toEqual(['params', 'object', 'thread', 'data', 'bss', 'memStats']);
    const alive = Array.from({ length: allglen(m) }, (__, i) => Atomics.load(m, gAt(m, i) + G.at.xstatus)).filter((status) => status !== G_STATUS.dead);
    expect(only(records, 'goroutine').map(({ status }) => status)).toEqual(alive);
  });
});

describe('the parameters', () => {
  it('describe the machine', () => {
    const of = (ptrWords: 1 | 2) => only(readDump(dumpOf(runOnOneP(churn, { count: 1000 }, { ptrWords }).m)).records, 'params')[0];
    const [wide, narrow] = [of(2), of(1)];
    expect(wide).toMatchObject({ bigEndian: false, ptrSize: 8, thechar: '6'.charCodeAt(0), experiment: '', ncpu: 1 });
    expect(narrow).toMatchObject({ bigEndian: false, ptrSize: 4, thechar: '8'.charCodeAt(0), ncpu: 1 });
    expect(wide.heapStart).toBeGreaterThan(BASE);
    expect(Number(wide.heapStart) % 8192).toBe(0);
    expect(narrow.heapStart).toBeLessThan(2 ** 32);
    expect(wide.heapEnd).toBeGreaterThan(Number(wide.heapStart));
  });
});

describe('blocks', () => {
  const steps: Step[] = [
    function make(m, mp, gp) {
      const node = newObject(m, mp, gp, 0, 24, 0);
      storeInt(m, node, 1, 0x1234);
      storeWord(m, node, 2, newObject(m, mp, gp, 1, 48, FLAG_NOSCAN));
      setGlobal(m, 0, node);
      setGlobal(m, 1, newObject(m, mp, gp, 0, 40_000, 0));
      return GOEXIT;
    },
  ];

  it('are dumped with their contents; where pointers may be, each word is a field', () => {
    const { m } = runOnOneP(workloadOf(steps, 2), {});
    const { records } = readDump(dumpOf(m));
    const at = (ref: number): number => BASE + 4 * ref;
    const [node, large] = [getGlobal(m, 0), getGlobal(m, 1)];
    const [tip, leaf, big] = [at(node), at(m[node + 4] >>> 2), at(large)].map((address) => only(records, 'object').find((one) => one.address === address)!);
    expect(tip.contents).toHaveLength(32);
    expect(Buffer.from(tip.contents).readBigUInt64LE(8)).toBe(0x1234n);
    expect(Number(Buffer.from(tip.contents).readBigUInt64LE(16))).toBe(leaf.address);
    expect([...tip.fields!]).toEqual([1, 0, 1, 8, 1, 16, 1, 24]);
    expect([leaf.contents.length, [...leaf.fields!].length]).toEqual([48, 0]);
    expect([big.contents.length, [...big.fields!].length]).toEqual([40_960, 2 * 5120]);
    const [bss] = only(records, 'bss');
    expect(Number(Buffer.from(bss.contents).readBigUInt64LE(0))).toBe(at(node));
    expect([...bss.fields].slice(0, 4)).toEqual([1, 0, 1, 8]);
  });
});

describe('goroutines', () => {
  const WAITS = 2;
  const steps: Step[] = [
    function main(m, mp, gp) {
      if (getInt(m, gp, 0) === 0) start(m, mp, prepare(m, mp, gp, WAITS, 3));
      setInt(m, gp, 0, getInt(m, gp, 0) + 1);
      return getInt(m, gp, 0) < 8 ? yieldTo(0) : 1;
    },
    function end() {
      return GOEXIT;
    },
    function waits(m, mp, gp) {
      newObject(m, mp, gp, 1, 64, 0);
      return call(m, gp, 3, 1, 2);
    },
    function deeper(m, mp, gp) {
      setSlot(m, gp, 0, newObject(m, mp, gp, 0, 80, 0));
      return parkAt(4);
    },
    function never() {
      return GOEXIT;
    },
  ];
  const text = [...SYSTEM_STEPS.map((_, i) => `system ${i}`), 'test.main', 'test.end', 'test.waits', 'test.deeper', 'test.never'];

  it('are dumped with their frames, the innermost first', async () => {
    const { m } = runOnOneP(workloadOf(steps, 0), {});
    const bytes = dumpOf(m, { text });
    const { records } = readDump(bytes);
    const [g] = only(records, 'goroutine');
    expect(g).toMatchObject({ id: 2, status: G_STATUS.waiting, isSystem: false, thread: 0, context: 0 });
    const [inner, outer] = only(records, 'frame');
    expect([inner.function, outer.function]).toEqual(['test.never', 'test.waits']);
    expect([inner.depth, outer.depth, inner.childSp, outer.childSp]).toEqual([0, 1, 0, inner.sp]);
    expect([g.sp, g.gopc]).toEqual([inner.sp, inner.pc]);
    expect([inner.contents.length, outer.contents.length]).toEqual([8, 24]);
    expect([...outer.fields]).toEqual([1, 0, 1, 8, 1, 16]);
    const image = await readImage(bytes);
    expect(image.facts).toMatchObject({ roots: { frames: 2 }, goroutines: { count: 1, frames: 2 } });
    expect([...image.roots].map((root) => image.sizes[root])).toEqual([64, 80]);
  });
});

describe('finalizers', () => {
  const steps: Step[] = [
    function make(m, mp, gp) {
      const kept = newObject(m, mp, gp, 0, 64, 0);
      setGlobal(m, 0, kept);
      setfinalizer(m, mp, gp, kept * 4, 1, 7);
      const dropped = newObject(m, mp, gp, 0, 80, 0);
      setInt(m, gp, 0, dropped);
      setfinalizer(m, mp, gp, dropped * 4, 1, 8);
      setSlot(m, gp, 0, 0);
      collectNow(m, mp, false);
      return GOEXIT;
    },
    function finalize() {
      return GOEXIT;
    },
  ];

  it('are dumped as waiting or due, with their step', async () => {
    const { m } = runOnOneP(workloadOf(steps, 1), {});
    const bytes = dumpOf(m);
    const { records } = readDump(bytes);
    const [waiting] = only(records, 'finalizer');
    const [due] = only(records, 'queuedFinalizer');
    expect(waiting.object).toBe(BASE + 4 * getGlobal(m, 0));
    const sizeOf = (address: unknown) => only(records, 'object').find((one) => one.address === address)?.contents.length;
    expect([sizeOf(waiting.object), sizeOf(due.object)]).toEqual([64, 80]);
    expect(waiting).toMatchObject({ fn: due.fn, code: due.code, argType: 0, objectType: 0 });
    expect((await readImage(bytes)).facts?.roots.finalizers).toBe(1);
    // The finalizer goroutine clears an entry when it has run it, and keeps the block.
    const entry = finalizerAt(m[FIN + Fin.at.finq], 0);
    m.fill(0, entry, entry + Finalizer.words);
    expect(only(readDump(dumpOf(m)).records, 'queuedFinalizer')).toEqual([]);
  });
});

describe('records of other origin', () => {
  it('come before the end', () => {
    const extra = [{ kind: 'sample', address: BASE, bucket: 5 }] as const;
    expect(readDump(dumpOf(runOnOneP(churn, { count: 1000 }).m, { text: [], extra })).records.at(-1)).toEqual(extra[0]);
  });
});
