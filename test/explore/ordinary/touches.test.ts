import { describe, expect, it } from 'vitest';
import { OrdinaryMemory } from '../../../src/explore/ordinary/memory.ts';
import { touchesOf } from '../../../src/explore/ordinary/touches.ts';

describe('the bytes that a built-in touches', () => {
  const memory = new OrdinaryMemory();
  memory.begin();
  const view = new Int16Array(memory.newBuffer(16), 4, 4);
  const bytes = new Uint8Array(memory.newBuffer(8));
  const reads = (start: number, size: number) => ({ start, size, writes: false });
  const writes = (start: number, size: number) => ({ start, size, writes: true });

  it.each([
    ['fill', view, [1], [writes(4, 8)]],
    ['fill', view, [1, -1], [writes(10, 2)]],
    ['at', view, [-2], [reads(8, 2)]],
    ['slice', view, [1, 3], [reads(6, 4)]],
    ['slice', view, [3, 1], [reads(10, 0)]],
    ['set', view, [[1, 2], 2], [writes(8, 4)]],
    ['set', view, [bytes.subarray(0, 2), 1], [reads(16, 2), writes(6, 4)]],
    ['copyWithin', view, [0, 2], [reads(8, 4), writes(4, 4)]],
    ['sort', view, [], [writes(4, 8)]],
    ['includes', view, [0], [reads(4, 8)]],
    ['subarray', view, [1], []],
    ['encodeInto', {}, ['x', bytes], [writes(16, 8)]],
    ['decode', {}, [bytes], [reads(16, 8)]],
    ['from', undefined, [[1]], []],
  ] as const)('%s', (name, self, args, expected) => {
    expect(touchesOf({ name, self, args })).toEqual(expected);
  });
});
