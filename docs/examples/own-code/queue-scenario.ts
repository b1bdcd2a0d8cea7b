/** Two threads put numbers into a queue and take some out. The spec is a list. */
import type { Queue } from './queue.ts';

export function queueScenario(make: (capacity: number) => Queue) {
  return {
    setup: () => make(4),
    operations: [
      [['put', 1], ['take'], ['put', 2]],
      [['put', 3], ['put', 4], ['take']],
    ],
    atEnd: [['take'], ['take'], ['take']],
    spec: {
      init: (): number[] => [],
      put: (list: number[], value: number) => void list.push(value),
      take: (list: number[]) => list.shift() ?? 0,
    },
  };
}
