import binaryen from 'binaryen';
import { describe, expect, it } from 'vitest';
import { measureWindow, pairModule, windowOf } from '../../../src/model/calibrate/window.ts';

const CYCLE = 0.25;
const MISS = 100;

/** Returns the times of a core that works ahead `window` additions, four a cycle. */
function pairsOf(window: number) {
  return Array.from({ length: 41 }, (_, i) => 16 * i).map((count) => ({ count, ns: (count <= window ? MISS : 2 * MISS) + (2 * count * CYCLE) / 4 }));
}

describe('windowOf', () => {
  it.each([[100, 96], [224, 224], [450, 448]])('finds a window of %i additions at %i', (window, found) => {
    expect(windowOf(pairsOf(window), CYCLE)).toBe(found);
  });

  it('returns the most additions tried if their misses still overlap, and the least if none do', () => {
    expect(windowOf(pairsOf(10_000), CYCLE)).toBe(640);
    expect(windowOf([{ count: 8, ns: 100 }, { count: 16, ns: 300 }], CYCLE)).toBe(8);
  });
});

describe('the loops of the window', () => {
  it('add as often as they say between two loads', () => {
    const module = binaryen.readBinary(pairModule([8, 200]));
    module.setFeatures(binaryen.Features.All);
    expect(module.validate()).toBe(1);
    const functions = module.emitText().split('(func').filter((text) => text.includes('i32.load'));
    // Besides the additions after each load: one of the step, and three of the result, of the chains.
    expect(functions.map((text) => text.match(/i32\.add/g)!.length)).toEqual([2 * 8 + 4, 2 * 200 + 4]);
    // Besides the loads of both chases: both places, and the zero.
    expect(functions.map((text) => text.match(/i32\.load/g)!.length)).toEqual([5, 5]);
  });

  it('follow both chases on from where the last call ended', () => {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 65_536, shared: true });
    const m = new Int32Array(memory.buffer);
    // Each chase adds 64 bytes a step; the places are in words 1 and 2.
    for (let at = 0; at < m.length; at += 16) m[at] = 4 * at + 64;
    m[1] = 64;
    m[2] = 32_768;
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(pairModule([8])), { m: { m: memory } });
    for (let call = 1; call <= 3; call++) {
      (exports['8'] as (steps: number) => number)(10);
      expect([m[1], m[2]]).toEqual([64 + call * 640, 32_768 + call * 640]);
    }
  });

  it('measure a time', () => {
    expect(measureWindow(1 << 20)).toBeGreaterThan(0);
  });
});
