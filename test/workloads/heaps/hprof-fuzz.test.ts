import { describe, expect, it } from 'vitest';
import { seedState, xorshift32 } from '../../../src/base/random.ts';
import { HeapFormatError } from '../../../src/workloads/heaps/format-error.ts';
import type { HprofImage } from '../../../src/workloads/heaps/hprof.ts';
import { checkImage } from '../../../src/workloads/heaps/image.ts';
import { ID, number, smallHeap } from '../../support/hprof-writer.ts';
import { seeds } from '../../support/nightly.ts';
import { edgesOf, readBytes } from './hprof-feed.ts';
import { naiveHprof } from './hprof-naive.ts';

const FILES = seeds(300, 2500);

/** Edge-case numbers, and numbers that begin a record or a subrecord. */
const NUMBERS: readonly Buffer[] = [
  ...[0, 1, 2, 4, 8, 11, 0x0c, 0x1c, 0x20, 0x21, 0x22, 0x23, 0x2c, 0x7f, 0xff].map((value) => number(value, 1)),
  ...[0, 1, 255, 65_535].map((value) => number(value, 2)),
  ...[0, 1, 9, 2 ** 31, 2 ** 32 - 1, ID.first, ID.node].map((value) => number(value, 4)),
  ...[0, ID.first, ID.node, 2 ** 32, 2 ** 47].map((value) => number(value, 8)),
];

/** SEED=n repeats the file that a failure names. */
const only = process.env.SEED === undefined ? undefined : Number(process.env.SEED);

describe('the reader of hprof files', () => {
  it('reads a damaged file as the image that it describes, or refuses it', async () => {
    const originals = [smallHeap('1.0.1', 4), smallHeap('1.0.1', 8), smallHeap('1.0.2', 4), smallHeap('1.0.2', 8)].map(({ bytes }) => bytes);
    let accepted = 0;
    for (let seed = only ?? 1; seed <= (only ?? FILES); seed++) {
      const rerun = `SEED=${seed} npx vitest run test/workloads/heaps/hprof-fuzz.test.ts`;
      let state = seedState(seed);
      const below = (limit: number): number => (state = xorshift32(state)) % limit;
      let file: Buffer = originals[below(originals.length)];
      for (let edits = 1 + below(3); edits > 0; edits--) file = mutate(file, below);
      if (await survives(file, [5, 31, 4096][below(3)], rerun)) accepted++;
    }
    // Some damage is harmless. The test proves something only if a part of the files is accepted.
    if (only === undefined) expect(accepted).toBeGreaterThan(FILES / 20);
  }, 120_000);
});

/** Reports whether the reader accepts the file. Any other result than its image or a HeapFormatError fails the test. */
async function survives(file: Buffer, chunk: number, rerun: string): Promise<boolean> {
  let image: HprofImage;
  try {
    image = await readBytes(file, chunk);
  } catch (error) {
    if (!(error instanceof HeapFormatError)) throw new Error(rerun, { cause: error });
    expect(error.message, rerun).toMatch(/^test: [^\n]+[^.\n]$/);
    return false;
  }
  checkImage(image);
  if (image.notes?.some(({ kind }) => kind === 'same-ids') === true) return true;
  const naive = naiveHprof(file);
  expect(edgesOf(image), rerun).toEqual(naive.edges);
  expect([...image.roots], rerun).toEqual(naive.roots);
  return true;
}

/** Returns `file` with one change. @param below draws a number from 0 to its argument - 1 */
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
    case 2:
    case 3: {
      const value = NUMBERS[below(NUMBERS.length)];
      return Buffer.concat([head, value, tail.subarray(below(4) === 0 ? 0 : value.length)]);
    }
    case 4: {
      const changed = Buffer.from(file);
      changed[below(file.length)] ^= 1 << below(8);
      return changed;
    }
    default:
      return below(8) === 0 ? head : file;
  }
}
