/** One thread pops a number; the other pops two and pushes the first back. */
import type { Stack } from './stack.ts';

const NODES = [3, 2, 1];

export function stackScenario(make: (capacity: number) => Stack) {
  function popOne(stack: Stack): number[] {
    return [stack.pop()];
  }

  function popTwoPushOne(stack: Stack): number[] {
    const first = stack.pop();
    const second = stack.pop();
    if (first !== 0) stack.push(first);
    return [second];
  }

  return {
    setup(): Stack {
      const stack = make(NODES.length);
      for (const node of NODES) stack.push(node);
      return stack;
    },
    threads: [popOne, popTwoPushOne],
    check(stack: Stack, popped: readonly number[][]): string {
      const nodes = popped.flat().filter((node) => node !== 0);
      for (let node = stack.pop(); node !== 0 && nodes.length <= NODES.length; node = stack.pop()) nodes.push(node);
      const twice = nodes.find((node, i) => nodes.indexOf(node) !== i);
      if (twice !== undefined) return `${twice} was popped twice`;
      return nodes.length === NODES.length ? '' : `of ${NODES.length} numbers ${nodes.length} are left: some are lost`;
    },
  };
}
