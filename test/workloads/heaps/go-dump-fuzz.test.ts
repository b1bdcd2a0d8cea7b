import { describe, expect, it, test } from 'vitest';
import { seedState, xorshift32 } from '../../../src/base/random.ts';
import { HeapFormatError } from '../../../src/workloads/heaps/format-error.ts';
import { expectAgreement, readDump } from './go-dump-feed.ts';
import { DumpWriter, HEAP, smallDump } from './go-dump-writer.ts';

const FILES = 10_000;
const MAX_MS = 1000; // for one file; they take less than one on average
const FORMATS = [3, 4, 5, 6, 7];

/** Numbers that readers trip over, and beginnings of records. */
const NUMBERS = [
  0, 1, 2, 3, 8, 16, 127, 128, HEAP, HEAP + 8, HEAP + 0x100, 2 ** 31, 2 ** 32, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n, 2n ** 64n, 2n ** 70n,
];

/** SEED=n repeats one file of a failure's message. */
const only = process.env.SEED === undefined ? undefined : Number(process.env.SEED);

test('a damaged file becomes the image that it describes or a HeapFormatError, and soon', async () => {
  const originals = FORMATS.map((minor) => smallDump(minor).bytes);
  let accepted = 0;
  for (let seed = only ?? 1; seed <= (only ?? FILES); seed++) {
    const rerun = `SEED=${seed} npx vitest run test/workloads/heaps/go-dump-fuzz.test.ts`;
    let state = seedState(seed);
    const below = (limit: number): number => (state = xorshift32(state)) % limit;
    let file: Buffer = originals[below(originals.length)];
    for (let edits = 1 + below(3); edits > 0; edits--) file = mutate(file, below);
    const start = performance.now();
    if (await survives(file, [1, 7, 4096][below(3)], rerun)) accepted++;
    expect(performance.now() - start, rerun).toBeLessThan(MAX_MS);
  }
  // Some damage is harmless, and some of it must be for this to test anything.
  if (only === undefined) expect(accepted).toBeGreaterThan(FILES / 20);
}, 120_000);

describe.each(FORMATS)('format 1.%i', (minor) => {
  it('is refused wherever it is cut off', async () => {
    const file = smallDump(minor).bytes;
    for (let length = 0; length < file.length; length++) {
      const error = await readDump(file.subarray(0, length), 1 + (length % 97)).then(() => undefined, (reason: unknown) => reason);
      expect(error, `${length} bytes`).toBeInstanceOf(HeapFormatError);
      expect((error as Error).message).toBe(`test: is cut off: it ends at byte ${length}, in ${partOf(error as Error)}`);
    }
  });
});

function partOf({ message }: Error): string {
  return message.slice(message.lastIndexOf(', in ') + 5);
}

/** Whether the file was accepted; anything but its image or a HeapFormatError fails the test. */
async function survives(file: Buffer, chunk: number, rerun: string): Promise<boolean> {
  let image;
  try {
    image = await readDump(file, chunk);
  } catch (error) {
    if (error instanceof HeapFormatError) {
      expect(error.message, rerun).toMatch(/^test: [^\n]+[^.\n]$/);
      return false;
    }
    throw new Error(rerun, { cause: error });
  }
  try {
    expectAgreement(image, file);
  } catch (error) {
    throw new Error(rerun, { cause: error });
  }
  return true;
}

function mutate(file: Buffer, below: (limit: number) => number): Buffer {
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
