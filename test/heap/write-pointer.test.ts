/** The write barrier sees every pointer that a program stores. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CONFIG, Config } from '../../src/memory/config.ts';
import { PTR_TAG } from '../../src/memory/address.ts';
import type { Mem } from '../../src/memory/struct.ts';
import { installHooks } from '../../src/heap/collector-hooks.ts';
import { POINTER_STORES, STORES } from '../../src/heap/switches.ts';
import { clearPointers, copyPointers, exchangePointer, movePointers, writePointer } from '../../src/heap/write-pointer.ts';
import { ARENA_USED } from '../../src/malloc/mheap.ts';
import { COLLECTOR, COLLECTORS } from '../../src/gc/collectors/registry.ts';
import { builtIn } from '../../src/workloads/built-ins.ts';
import type { Params } from '../../src/workloads/workload.ts';
import { bootCore } from '../support/core-machine.ts';
import { runOnOneP } from '../support/machine.ts';
import { seeds } from '../support/nightly.ts';
import { hook } from '../support/verify-hook.ts';

vi.mock('../../src/gc/doorbell.ts', async (original) => (await import('../support/verify-hook.ts')).answered(await original()));

const ARENA = CONFIG + Config.at.arenaStart;
const ARENA_END = CONFIG + Config.at.arenaEnd;
const { tagged, barrier } = POINTER_STORES;

/** The last address that the barrier saw for each word, and the number of its calls. */
let told: Int32Array;
let calls = 0;

function remember(_m: Mem, slot: number, address: number): void {
  told[slot] = address;
  calls++;
}

beforeEach(() => {
  calls = 0;
  installHooks(COLLECTOR.bitmap, { ...COLLECTORS[COLLECTOR.bitmap], pointerStored: remember });
});
afterEach(() => {
  installHooks(COLLECTOR.bitmap, COLLECTORS[COLLECTOR.bitmap]);
  hook.at = () => {};
});

/** Returns the words of globals, stacks and heap that hold another pointer than the barrier saw last. */
function unseen(m: Mem): number[] {
  const words: number[] = [];
  const end = m[ARENA_END];
  // Beyond arenaUsed no word was ever stored to.
  for (let at = m[CONFIG + Config.at.data]; at < m[ARENA_USED]; at += at === m[CONFIG + Config.at.cycleLog] ? m[ARENA] - at : 2) {
    const address = m[at];
    const isPointer = m[at + 1] === PTR_TAG && address >>> 2 >= m[ARENA] && address >>> 2 < end;
    if (isPointer && told[at] !== address) words.push(at);
  }
  return words;
}

describe('the write barrier', () => {
  it.each<[string, Params, number]>([
    ['churn', { count: seeds(3000, 8000), ring: 300 }, 2],
    ['links', { moves: seeds(300, 1000), nodes: 200 }, 30],
    ['cache', { count: 500 }, 100],
    ['strings', { count: 800 }, 10],
    ['pipeline', { items: 100 }, 200],
    ['binary-trees', { depth: 6 }, 15],
  ])('has seen every pointer in memory last, at every checkpoint of %s', (workload, params, gcEvery) => {
    let checkpoints = 0;
    hook.at = (m) => {
      expect(unseen(m)).toEqual([]);
      checkpoints++;
    };
    runOnOneP(builtIn(workload)!, params, {
      collector: 'bitmap', verify: true, arenaMB: 8, gcEvery, timeslice: 50,
      build(m) {
        expect(m[STORES]).toBe(tagged | barrier);
        told = m.slice();
      },
    });
    expect(checkpoints).toBeGreaterThan(2);
    expect(calls).toBeGreaterThan(100);
  });

  it('sees each word that is cleared or copied, and an integer as no pointer', () => {
    const { m } = bootCore({ collector: COLLECTOR.bitmap });
    const at = m[CONFIG + Config.at.bss];
    told = m.slice().fill(-1);
    writePointer(m, at, 4000);
    m[at + 2] = 17;
    copyPointers(m, at + 8, at, 4);
    movePointers(m, at + 16, at, 4);
    clearPointers(m, at, 4);
    expect([at, at + 2, at + 8, at + 10, at + 16, at + 18].map((slot) => told[slot])).toEqual([0, 0, 4000, 0, 4000, 0]);
    expect([at, at + 2, at + 8, at + 10, at + 16, at + 18].map((slot) => m[slot])).toEqual([0, 0, 4000, 17, 4000, 17]);
    expect(exchangePointer(m, at + 8, 8000)).toBe(4000);
    expect([told[at + 8], calls]).toEqual([8000, 8]);
  });

  it('is not called if the collector has none', () => {
    const { m } = runOnOneP(builtIn('churn')!, { count: 100, ring: 20 }, { collector: 'refword' });
    expect([m[STORES], calls]).toEqual([tagged, 0]);
  });
});
