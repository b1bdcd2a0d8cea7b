/** The account of a loaded heap detects each way in which an object can be gone. */
import { describe, expect, it } from 'vitest';
import { SPAN_STATE, Span, spanOf } from '../../src/heap/span.ts';
import type { Mem } from '../../src/memory/struct.ts';
import { accountFor, loadedBlocks, reachable, type HeapAccount } from '../../src/workloads/account.ts';
import { collect } from '../../src/workloads/collect.ts';
import type { HeapImage } from '../../src/workloads/heaps/image.ts';
import { loadImage } from '../../src/workloads/load-image.ts';
import { fatalCode, runOnOneP } from '../support/machine.ts';

/** Two reachable objects, a small and a large one, and a small unreachable one. */
const IMAGE: HeapImage = {
  name: 'test', objects: 3, edges: 1, bytes: 64 + 40_000 + 64,
  sizes: Uint32Array.of(64, 40_000, 64), firstEdge: Uint32Array.of(0, 1, 1, 1), targets: Uint32Array.of(1), roots: Uint32Array.of(0),
};

/** Accounts for the image after a collection and then `damage`. */
function account(damage: (m: Mem, small: number, large: number) => void = () => {}): HeapAccount {
  let refs = new Uint32Array(0);
  const { m } = runOnOneP(collect, { runs: 1 }, { arenaMB: 8, build: (mem, m0) => (refs = new Uint32Array(loadImage(mem, m0, IMAGE))) });
  const [small, large] = refs;
  const blocks = loadedBlocks(m, refs, reachable(IMAGE));
  damage(m, small, large);
  return accountFor(m, IMAGE, blocks);
}

describe('accountFor', () => {
  it('counts reachable, freed and unreachable objects', () => {
    expect(account()).toEqual({ objects: 3, edges: 1, reachable: 2, unreachable: 1, freed: 1, inUse: 0 });
  });

  it.each<[string, (m: Mem, small: number, large: number) => void]>([
    ['on a freelist', (m, small) => {
      m[small] = m[spanOf(m, small) + Span.at.freelist];
      m[spanOf(m, small) + Span.at.freelist] = small;
    }],
    ['in a free span', (m, _, large) => (m[spanOf(m, large) + Span.at.state] = SPAN_STATE.free)],
    ['past the limit of its span', (m, _, large) => (m[spanOf(m, large) + Span.at.limit] = large)],
    ['in front of its span', (m, _, large) => (m[spanOf(m, large) + Span.at.start] = large + 2)],
  ])('throws if a reachable object is %s', (_, damage) => {
    expect(fatalCode(() => account(damage))).toBe('LOADED_OBJECT_LOST');
  });
});
