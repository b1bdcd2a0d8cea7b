import { describe, expect, it } from 'vitest';
import { ACCESS } from '../../src/rewrite/sites.ts';
import { EVENT, EVENT_COUNT } from '../../src/model/caches.ts';
import { Cores, type CoreOptions } from '../../src/model/cores.ts';
import type { MachineModel } from '../../src/model/machine-model.ts';
import type { Objects } from '../../src/model/objects.ts';
import { placeThreads } from '../../src/model/placement.ts';
import { ROUND } from './round-machine.ts';

const MISS = ROUND.miss[0].ns;
/** Words between lines that have nothing to do with each other, nor sets of the caches in common. */
const APART = (1 << 14) + 64;
/** Each multiple of APART is the first word of an object. */
const OBJECT_WORDS = 256;
const OBJECTS: Objects = new (class {
  start = 0;
  end = 0;
  find(value: number): boolean {
    this.start = Math.floor(value / APART) * APART;
    this.end = this.start + OBJECT_WORDS;
    return value > 0 && value < this.end;
  }
})();
/** Works ahead as far as it likes. */
const AHEAD: Partial<MachineModel> = { windowNs: 1000, lines: 1000, storeBuffer: 1000 };

/** A core that has done nothing but one load over and over, of word 0 at site 1; times are from then on. */
function coreOf(changes: Partial<MachineModel>, options?: CoreOptions) {
  const machine = { ...ROUND, ...changes };
  const cores = new Cores(machine, placeThreads(machine, 1), 1 << 20, 1, { objects: OBJECTS, ...options });
  let now = 0;
  function access(kind: keyof typeof ACCESS, word: number, value = 0, site = 1): number {
    now = cores.access(0, site, ACCESS[kind], word, value, now);
    return now - begun;
  }
  let begun = 0;
  for (let i = 0; i < 20; i++) access('load', 0);
  begun = now = cores.settle(0, now);
  cores.caches.eventNs.fill(0);
  cores.caches.events.fill(0);
  return { cores, access, done: () => cores.settle(0, now) - begun };
}

/** Misses that have nothing to do with each other, until all have come. */
function scattered(n: number, changes: Partial<MachineModel>, kind: 'load' | 'store' = 'load'): number {
  const core = coreOf(changes);
  for (let i = 1; i <= n; i++) core.access(kind, i * APART);
  return core.done();
}

describe('a core', () => {
  it('waits for each miss with a window of one access', () => {
    expect(scattered(10, {})).toBe(10 * (MISS + ROUND.accessNs));
  });

  it('overlaps independent misses', () => {
    expect(scattered(10, AHEAD)).toBe(10 * ROUND.accessNs + MISS);
  });

  it('overlaps no more accesses than its window holds', () => {
    // Five at a time: the sixth begins when the first is complete.
    expect(scattered(10, { ...AHEAD, windowNs: 5 })).toBe(1 + MISS + 5 * ROUND.accessNs + MISS);
  });

  it('waits for no more lines at a time than the machine allows', () => {
    expect(scattered(10, { ...AHEAD, lines: 2 })).toBe(1 + 5 * MISS + 1);
  });

  it('waits for a store only if the store buffer is full', () => {
    const core = coreOf(AHEAD);
    expect(core.access('store', APART)).toBe(ROUND.accessNs);
    expect(core.access('load', 2 * APART)).toBe(2 * ROUND.accessNs);
    const full = coreOf({ ...AHEAD, storeBuffer: 2 });
    for (const word of [1, 2]) full.access('store', word * APART);
    expect(full.access('store', 3 * APART)).toBe(1 + MISS);
  });

  it('accesses the target of a pointer after the pointer arrives', () => {
    const follow = (leads: (i: number) => number) => {
      const core = coreOf({ ...AHEAD, l1: { ...ROUND.l1, ns: 1 } });
      for (let i = 1; i <= 10; i++) core.access('load', i * APART, leads(i));
      return core.done();
    };
    // Each of the nine is begun when the one before has come, and its address been worked out.
    expect(follow((i) => (i + 1) * APART)).toBe(1 + 10 * MISS + 9 * 2);
    // An object's words all wait for the pointer to it; another object's do not.
    expect(follow((i) => (i + 1) * APART + 100)).toBe(1 + 10 * MISS + 9 * 2);
    expect(follow((i) => (i + 1) * APART + OBJECT_WORDS)).toBe(10 + MISS);
  });

  it('gets a word of a pending line with that line', () => {
    const core = coreOf(AHEAD);
    core.access('load', APART, 0);
    core.access('load', APART + 1, 2 * APART);
    core.access('load', 2 * APART);
    expect(core.done()).toBe(1 + MISS + MISS);
  });

  it('pays for a mispredicted branch after it is resolved', () => {
    const mispredictNs = 7;
    const core = coreOf({ ...AHEAD, mispredictNs });
    const known = core.access('load', 0, 0, 1);
    expect(core.access('load', 0, 0, 2)).toBe(known + ROUND.accessNs + mispredictNs);
    const waited = core.access('load', APART, 0, 3);
    // The load before, which it depends on, has to come first.
    expect(core.access('load', 0, 0, 4)).toBe(waited + MISS + mispredictNs + ROUND.accessNs);
    expect(core.cores.caches.events[EVENT.mispredict]).toBe(3);
  });

  it('completes an atomic after all earlier accesses and before later ones begin', () => {
    const core = coreOf(AHEAD);
    core.access('load', APART);
    core.access('store', 2 * APART);
    core.access('load', 0);
    expect(core.access('rmw', 1)).toBe(2 + MISS);
    expect(core.done()).toBe(core.access('load', 0) - ROUND.accessNs);
  });

  it('overlaps misses beyond an atomic if the machine does so', () => {
    for (const atomicsOverlap of [true, false]) {
      const core = coreOf({ ...AHEAD, atomicsOverlap });
      core.access('load', APART);
      core.access('rmw', 0);
      core.access('load', 2 * APART);
      expect(core.done()).toBe((atomicsOverlap ? 1 + ROUND.rmwNs + 1 : 1 + MISS + 1) + MISS);
    }
  });

  it.each([
    ['half of its window and store buffer beside a thread that works', false, 2],
    ['all of them beside a thread at rest', true, 1],
  ])('has %s', (_, rests, rounds) => {
    const machine: MachineModel = { ...ROUND, ...AHEAD, windowNs: 10, storeBuffer: 10, cores: 1, topology: { sockets: 1, threadsPerCore: 2 } };
    for (const kind of ['load', 'store'] as const) {
      const cores = new Cores(machine, placeThreads(machine, 2), 1 << 20, 1);
      let now = 0;
      // Until the site is foreseen and the other thread computes next to nothing.
      for (let i = 0; i < 20; i++) now = cores.access(0, 1, ACCESS.load, 0, 0, now);
      cores.access(1, 1, ACCESS.load, 0, 0, now);
      if (rests) cores.rest(1);
      const begun = cores.settle(0, now);
      now = begun;
      for (let i = 1; i <= 10; i++) now = cores.access(0, 1, ACCESS[kind], i * APART, 0, now);
      expect(Math.floor((cores.settle(0, now) - begun) / MISS)).toBe(rounds);
    }
  });

  it('has stalls that add up to its time', () => {
    const core = coreOf({ windowNs: 3, lines: 2, mispredictNs: 5 });
    let now = 0;
    let computing = 0;
    for (let i = 0; i < 300; i++) {
      now = core.access(i % 3 === 0 ? 'store' : 'load', (i % 7) * APART + i * 40, i << 5, i % 5);
      computing += ROUND.accessNs;
    }
    const stalled = core.cores.caches.eventNs.slice(0, EVENT_COUNT).reduce((sum, ns) => sum + ns, 0);
    expect(computing + stalled).toBeCloseTo(now, 6);
  });
});
