/** Random damage to Go dumps: bytes lost, repeated, flipped or replaced, and misleading numbers. */
import { DumpWriter, HEAP } from './go-dump-writer.ts';

/** Edge-case numbers, and numbers that begin a record. */
const NUMBERS = [
  0, 1, 2, 3, 8, 16, 127, 128, HEAP, HEAP + 8, HEAP + 0x100, 2 ** 31, 2 ** 32, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n, 2n ** 64n, 2n ** 70n,
];

/** Returns `file` with one change. @param below draws a number from 0 to its argument - 1 */
export function mutate(file: Buffer, below: (limit: number) => number): Buffer {
  const at = below(file.length + 1);
  const head = file.subarray(0, at);
  const tail = file.subarray(at);
  const length = below(below(4) === 0 ? 200 : 4);
  switch (below(6)) {
    case 0:
      return Buffer.concat([head, tail.subarray(length)]);
    case 1:
      return Buffer.concat([head, tail.subarray(0, length), tail]);
    case 2: {
      const number = new DumpWriter(7).u(NUMBERS[below(NUMBERS.length)]).bytes.subarray(16);
      return Buffer.concat([head, number, tail.subarray(below(2) * number.length)]);
    }
    case 3: {
      const flipped = Buffer.from(file);
      flipped[below(file.length)] ^= 1 << below(8);
      return flipped;
    }
    case 4: {
      const changed = Buffer.from(file);
      changed[below(file.length)] = below(256);
      return changed;
    }
    default:
      return below(8) === 0 ? head : file;
  }
}
