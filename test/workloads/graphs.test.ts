/** The graphs: a mark reaches every object of a graph and no other, and the shape is that of bench/peers. */
import { describe, expect, it } from 'vitest';
import { getGlobal, loadWord } from '../../src/runtime/mutator.ts';
import { GRAPHS } from '../../src/workloads/graphs/catalog.ts';
import { list } from '../../src/workloads/graphs/list.ts';
import { mixed } from '../../src/workloads/graphs/mixed.ts';
import { rand } from '../../src/workloads/graphs/rand.ts';
import { tree } from '../../src/workloads/graphs/tree.ts';
import { wide } from '../../src/workloads/graphs/wide.ts';
import type { Params } from '../../src/workloads/workload.ts';
import { runOnOneP, spansByBlock } from '../support/machine.ts';
import { seeds } from '../support/nightly.ts';

/** The generator of bench/peers, implemented with BigInt, so that it shares no code with the one under test. */
function* draws(): Generator<number> {
  let x = 2463534242n;
  for (;;) {
    x = (x ^ (x << 13n)) & 0xffffffffn;
    x ^= x >> 17n;
    x = (x ^ (x << 5n)) & 0xffffffffn;
    yield Number(x);
  }
}

const PAGE = 8192;

describe('graphs', () => {
  it('tree has 2^depth - 1 nodes, 256 in a span', () => {
    const depth = seeds(17, 22);
    const { m, cycles, memstats } = runOnOneP(tree, { depth, runs: 0 });
    expect(memstats.HeapObjects).toBe(2 ** depth - 1);
    expect(cycles[0].objectsMarked).toBe(2 ** depth - 1);
    expect(spansByBlock(m)).toEqual(new Map([[32, 2 ** (depth - 8)]]));
  });

  it('tree is allocated in pre-order', () => {
    const { m } = runOnOneP(tree, { depth: 10, runs: 0 });
    const order: number[] = [];
    const pending = [getGlobal(m, 0)];
    for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
      order.push(node);
      if (loadWord(m, node, 0) !== 0) pending.push(loadWord(m, node, 1), loadWord(m, node, 0));
    }
    expect(order).toHaveLength(1023);
    for (let i = 1; i < order.length; i++) expect(order[i]).toBeGreaterThan(order[i - 1]);
  });

  it('list is one chain', () => {
    const { m, cycles } = runOnOneP(list, { count: 50_000, runs: 1 });
    expect(cycles.map(({ objectsMarked }) => objectsMarked)).toEqual([50_000, 50_000]);
    let length = 0;
    for (let node = getGlobal(m, 0); node !== 0; node = loadWord(m, node, 0)) length++;
    expect(length).toBe(50_000);
  });

  it('rand draws two targets for each node in order', () => {
    const { m, cycles } = runOnOneP(rand, { count: 50_000, runs: 0 });
    expect(cycles[0].objectsMarked).toBe(50_001);
    const all = getGlobal(m, 0);
    const next = draws();
    for (let i = 0; i < 10_000; i++) {
      const node = loadWord(m, all, i);
      for (let word = 0; word < 2; word++) {
        const expected = loadWord(m, all, next.next().value! % 50_000);
        if (loadWord(m, node, word) !== expected) expect.fail(`word ${word} of node ${i}`);
      }
    }
  });

  it('wide is one slice of objects that are marked but not scanned', () => {
    const { m, memstats, cycles } = runOnOneP(wide, { count: 200_000, runs: 0 });
    expect(memstats.HeapObjects).toBe(200_001);
    expect(cycles[0].objectsMarked).toBe(200_001);
    expect(spansByBlock(m)).toEqual(new Map([[16, Math.ceil(200_000 / 512)], [Math.ceil(1_600_000 / PAGE) * PAGE, 1]]));
  });

  it('mixed draws a class, then earlier objects', () => {
    const count = 100_000;
    const { m, memstats, cycles } = runOnOneP(mixed, { count, runs: 0 });
    expect(cycles[0].objectsMarked).toBe(count + 1);
    const classes = [[16, 1], [32, 1], [48, 1], [64, 2], [96, 3], [128, 4], [256, 8], [512, 16], [1024, 32]];
    const next = draws();
    const all = getGlobal(m, 0);
    const counts = new Map<number, number>();
    for (let i = 0; i < 20_000; i++) {
      const [size, pointers] = classes[next.next().value! % 9];
      counts.set(size, (counts.get(size) ?? 0) + 1);
      const obj = loadWord(m, all, i);
      for (let word = 0; word < pointers; word++) {
        const expected = i === 0 ? 0 : loadWord(m, all, next.next().value! % i);
        if (loadWord(m, obj, word) !== expected) expect.fail(`word ${word} of object ${i}`);
      }
    }
    for (const { Size, Mallocs } of memstats.BySize) {
      const drawn = counts.get(Size) ?? 0;
      expect(Math.abs(Mallocs / count - drawn / 20_000)).toBeLessThan(0.012);
    }
  });

  it('small graphs are collected, too', () => {
    for (const workload of [list, rand, wide, mixed]) {
      for (const count of [1, 2, 7]) {
        const { cycles } = runOnOneP(workload, { count, runs: 2 });
        expect(cycles).toHaveLength(3);
        expect(cycles[2].objectsMarked).toBe(workload === list ? count : count + 1);
      }
    }
  });

  it.each(GRAPHS)('$name fits into the arena that it needs, which is less than twice its size', (workload) => {
    const params: Params = { ...workload.paramsFor(100_000), runs: 0 };
    const { memstats } = runOnOneP(workload, params);
    const all = { ...params, procs: 0 };
    expect(workload.needs(all).arenaBytes).toBeLessThan(2 * memstats.HeapInuse + (4 << 20));
  });
});
