/** Arena bytes of objects, for the `needs` of a workload. */
import { PAGE_BYTES } from '../memory/address.ts';
import { MAX_SMALL_SIZE, classToBlocks, classToPages, sizeToClass } from '../heap/size-classes.ts';

/** Bytes for half-used spans of each class, garbage and the arena's last chunk. */
export const SLACK_BYTES = 4 << 20;

/** Returns the bytes of the spans that hold `count` objects of `size` bytes. */
export function spanBytes(size: number, count: number): number {
  if (size > MAX_SMALL_SIZE) return count * Math.ceil(size / PAGE_BYTES) * PAGE_BYTES;
  const sizeclass = sizeToClass(Math.max(1, size));
  return Math.ceil(count / classToBlocks[sizeclass]) * classToPages[sizeclass] * PAGE_BYTES;
}
