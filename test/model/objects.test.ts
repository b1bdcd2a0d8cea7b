import { describe, expect, it } from 'vitest';
import { buildModelHeap } from '../../src/model/heap.ts';
import { HeapObjects } from '../../src/model/objects.ts';
import { CONFIG, Config } from '../../src/memory/config.ts';
import { ARENA_USED } from '../../src/malloc/mheap.ts';
import { SPAN_STATE, Span, spanOf } from '../../src/heap/span.ts';

/** Bytes of a node of a tree. */
const NODE_BYTES = 32;

describe('the objects of a heap', () => {
  it('are found by pointers to and into them, and by no other word', async () => {
    const { template: m } = await buildModelHeap({ workload: 'tree', params: { depth: 6 }, policy: 'go1.3', procs: 1 });
    const arena = m[CONFIG + Config.at.arenaStart];
    const shift = m[CONFIG + Config.at.ptrShift];
    let node = arena;
    while (m[spanOf(m, node) + Span.at.elemsize] !== NODE_BYTES || m[spanOf(m, node) + Span.at.state] !== SPAN_STATE.inUse) node += 2048;
    const objects = new HeapObjects(m);
    for (const into of [0, 2, 6]) {
      expect(objects.find((node + 8 + into) << shift)).toBe(true);
      expect([objects.start, objects.end]).toEqual([node + 8, node + 16]);
    }
    for (const word of [0, arena - 2, m[ARENA_USED]]) expect(objects.find(word << shift)).toBe(false);
  });
});
