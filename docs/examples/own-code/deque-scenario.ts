/** The owner pushes and pops, and two thieves steal. The spec is a list. */
import type { Deque } from './deque.ts';

export function dequeScenario(make: (capacity: number) => Deque) {
  return {
    setup: () => make(4),
    operations: [
      [['push', 1], ['push', 2], ['pop'], ['pop'], ['push', 3]],
      [['steal'], ['steal']],
      [['steal']],
    ],
    atEnd: [['steal'], ['steal']],
    spec: {
      init: (): number[] => [],
      push: (list: number[], item: number) => void list.push(item),
      pop: (list: number[]) => list.pop() ?? 0,
      steal: (list: number[]) => list.shift() ?? 0,
    },
  };
}
