import { describe, expect, it } from 'vitest';
import { EVENT, EVENT_COUNT } from '../../src/model/caches.ts';
import { loadModelCore } from '../../src/model/load.ts';
import type { MachineModel } from '../../src/model/machine-model.ts';
import { runVirtual, type Interleaved, type VirtualRun } from '../../src/model/virtual-time.ts';
import type { Coroutine } from '../../src/rewrite/generated.ts';
import { ROUND } from './round-machine.ts';

const core = await loadModelCore();
const LINE = 16;
const FIRST_MISS = ROUND.miss[0].ns;
/** A load and a store. */
const INCREMENT = 2 * ROUND.accessNs;

interface Options {
  readonly machine?: Partial<MachineModel>;
  readonly interleaved?: Interleaved;
}

function run(threads: readonly ((m: Int32Array) => Coroutine)[], { machine, interleaved }: Options = {}): VirtualRun & { readonly m: Int32Array } {
  const m = new Int32Array(4096);
  return { ...runVirtual({ core, machine: { ...ROUND, ...machine }, m, threads, inUse: 1, quantumNs: 0, interleaved }), m };
}

function eventOf({ caches }: VirtualRun, thread: number, event: keyof typeof EVENT): number {
  return caches.events[thread * EVENT_COUNT + EVENT[event]];
}

describe('virtual time', () => {
  it('charges a lone thread for one miss and each access', () => {
    const { results, m } = run([(mem) => core.count(mem, LINE, 100)]);
    expect(results).toEqual([FIRST_MISS + 100 * INCREMENT]);
    expect(m[LINE]).toBe(100);
  });

  it('charges nothing between threads on separate lines', () => {
    const { results } = run([0, 1, 2].map((i) => (m: Int32Array) => core.count(m, LINE * (10 * i + 1), 100)));
    expect(results).toEqual([1, 2, 3].map(() => FIRST_MISS + 100 * INCREMENT));
  });

  it('charges transfers between threads that share a line', () => {
    const shared = run([0, 1].map((i) => (m: Int32Array) => core.count(m, LINE + i, 100)));
    expect(shared.m.slice(LINE, LINE + 2)).toEqual(Int32Array.of(100, 100));
    for (const thread of [0, 1]) {
      expect(eventOf(shared, thread, 'transfer')).toBeGreaterThan(10);
      expect(shared.results[thread]).toBeGreaterThan(10 * ROUND.transferNs);
    }
  });

  it('makes records without padding share lines', () => {
    const threads = [0, 1].map((i) => (m: Int32Array) => core.count(m, LINE * (4 * i + 4), 100));
    const interleaved = { start: LINE * 4, stride: LINE * 4, length: LINE, count: 2 };
    const padded = run(threads);
    const unpadded = run(threads, { interleaved });
    expect(eventOf(padded, 0, 'transfer') + eventOf(padded, 1, 'transfer')).toBe(0);
    expect(unpadded.endNs).toBeGreaterThan(3 * padded.endNs);
    expect(unpadded.m).toEqual(padded.m);
  });

  it('charges a transfer and a CAS for each move of a line between two threads', () => {
    const rounds = 50;
    const { endNs, m } = run([0, 1].map((mine) => (mem: Int32Array) => core.bounce(mem, LINE, mine, rounds)));
    expect(m[LINE]).toBe(2 * rounds);
    const trips = endNs / (2 * rounds - 1);
    expect(trips).toBeGreaterThanOrEqual(ROUND.transferNs);
    // A waiting thread reads again and again, so it takes the line away without need.
    expect(trips).toBeLessThan(4 * (ROUND.transferNs + ROUND.rmwNs));
  });

  it('serializes a contended line: eight threads take at least eight times as long', () => {
    const n = 100;
    const contended = run(Array.from({ length: 8 }, () => (m: Int32Array) => core.contend(m, LINE, n)));
    expect(contended.m[LINE]).toBe(8 * n);
    expect(contended.endNs).toBeGreaterThan(8 * (n - 1) * ROUND.transferNs);
    const [alone] = run([(m) => core.contend(m, LINE, n)]).results as number[];
    expect(alone).toBe(FIRST_MISS + n * ROUND.rmwNs);
  });

  it('resumes a woken thread after the call and the wake-up time', () => {
    const { results, sleptNs } = run([(m) => core.sleepAndWake(m, LINE, false, 0), (m) => core.sleepAndWake(m, LINE, true, 50)]);
    const [woke, called] = results as number[];
    expect(woke - called).toBe(ROUND.notifyNs + ROUND.wakeNs);
    expect(sleptNs[0]).toBeGreaterThan(ROUND.wakeNs);
    expect(sleptNs[1]).toBe(0);
  });

  it('charges a sleep for its timeout and the cost of any sleep', () => {
    const { endNs, sleptNs } = run([(m) => core.nap(m, 100)]);
    expect(sleptNs[0]).toBe(100_000 + ROUND.sleepNs);
    expect(endNs).toBeGreaterThanOrEqual(sleptNs[0]);
  });

  it('shares limited memory bandwidth among all threads', () => {
    const scan = Array.from({ length: 4 }, (_, i) => (m: Int32Array) => core.readLines(m, 1024 * i, 64));
    // 64 bytes in 200 ns.
    const narrow = run(scan, { machine: { bytesPerSecond: 64e9 / 200 } });
    expect(narrow.endNs).toBeGreaterThanOrEqual((4 * 64 - 1) * 200);
    expect(run(scan).endNs).toBeLessThan(64 * 200);
  });

  it('fetches sequential lines in pairs and prefetches after some', () => {
    const { results } = run([(m) => core.readLines(m, 0, 64)], { machine: { accessNs: 0.5, windowNs: 0.5 } });
    // Four pairs, and then each by itself.
    expect(results).toEqual([9 * 0.5 + 4 * (FIRST_MISS + ROUND.l2.ns) + 55 * ROUND.streamNs]);
  });

  it.each([
    { lines: 1, from: 'the core that has written it', ns: ROUND.transferNs },
    { lines: 100, from: 'memory, when that core had to make room', ns: FIRST_MISS },
  ])('a line comes from $from', ({ lines, ns }) => {
    const { results } = run([(m) => core.writeLines(m, 130 * LINE, lines), (m) => core.readLines(m, 130 * LINE, 1, 1000)], { machine: { l1: { bytes: 1024, ns: 0 }, l2: { bytes: 2048, ns: 4 } } });
    expect(results[1]).toBe(ns + ROUND.accessNs);
  });

  it('names a thread that sleeps forever', () => {
    expect(() => run([(m) => core.sleepAndWake(m, LINE, false, 0)])).toThrow(`thread 0 sleeps on m[${LINE}]`);
  });

  it('is deterministic', () => {
    const once = () => {
      const { clocks, caches } = run(Array.from({ length: 5 }, (_, i) => (m: Int32Array) => core.contend(m, LINE + (i & 1), 30)));
      return [...clocks, ...caches.eventNs];
    };
    expect(once()).toEqual(once());
  });
});
