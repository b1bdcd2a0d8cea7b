/** Threads put two numbers and take three, so by the spec one thread is right to wait for ever. */
import type { BoundedBuffer } from './bounded-buffer.ts';

const CAPACITY = 1;

export function boundedBufferScenario(make: (capacity: number) => BoundedBuffer) {
  return {
    setup: () => make(CAPACITY),
    operations: [[['put', 1]], [['put', 2]], [['take']], [['take']], [['take']]],
    spec: {
      init: (): number[] => [],
      put: (list: number[], value: number) => void list.push(value),
      take: (list: number[]) => list.shift(),
      blocks: (list: number[], operation: string) => list.length === (operation === 'put' ? CAPACITY : 0),
    },
  };
}
