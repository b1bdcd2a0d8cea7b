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

test('what of the mark is tried out goes into the shape; the rest is Go 1.3 as ever', () => {
  const normal = shapeFor({ procs: 1 }, NEEDS);
  expect(normal).toMatchObject({ workbufCap: 1364, ptrBufCap: 64, handoffThreshold: 4, waitSpins: 10, waitYields: 10, waitSleepUs: 100 });
  expect(shapeFor({ procs: 1, tuning: { handoff: 9, spins: 0, sleep: 5 } }, NEEDS)).toEqual({ ...normal, handoffThreshold: 9, waitSpins: 0, waitSleepUs: 5 });
  // As much room for what waits to be scanned, and never more pointers than a buffer takes.
  const small = shapeFor({ procs: 1, tuning: { workbuf: 32 } }, NEEDS);
  expect([small.workbufCap, small.ptrBufCap]).toEqual([32, 32]);
  expect(small.maxWorkbufs * 32).toBeGreaterThanOrEqual((normal.maxWorkbufs - 64) * 1364);
});

test('settings that can not be, alone or together, are refused', () => {
  expect(() => shapeFor({ tuning: { workbuf: 32, ptrbuf: 64 } }, NEEDS)).toThrow("a work buffer of 32 objects can't take the 64 pointers of --ptrbuf");
  expect(() => shapeFor({ tuning: { sleep: 0 } }, NEEDS)).toThrow('sleep must be a whole number from 1 to 1000000, not 0');
});
