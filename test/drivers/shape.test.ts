import { expect, test } from 'vitest';
import { UsageError } from '../../src/base/fatal.ts';
import { shapeFor } from '../../src/drivers/shape.ts';

const NEEDS = { arenaBytes: 1 << 20, globals: 100, goroutines: 1 };

test('the 32-bit machine has pointers of one word, and stacks and globals to match', () => {
  const wide = shapeFor({ procs: 1 }, NEEDS);
  const narrow = shapeFor({ procs: 1, goarch: '386' }, NEEDS);
  expect([wide.ptrWords, narrow.ptrWords]).toEqual([2, 1]);
  expect(narrow.stackWords * 2).toBe(wide.stackWords);
  expect([wide.bssWords, narrow.bssWords]).toEqual([200, 100]);
});

test('the tuned mark loop is refused on the 32-bit machine', () => {
  expect(() => shapeFor({ procs: 1, goarch: '386', policy: 'tuned' }, NEEDS)).toThrow(UsageError);
  expect(() => shapeFor({ procs: 1, goarch: 'amd64', policy: 'tuned' }, NEEDS)).not.toThrow();
});
