import { describe, expect, it } from 'vitest';
import { seedState, xorshift32 } from '../../../src/base/random.ts';
import { HeapFormatError } from '../../../src/workloads/heaps/format-error.ts';
import { checkImage } from '../../../src/workloads/heaps/image.ts';
import { seeds } from '../../support/nightly.ts';
import { readText, tiny } from './feed.ts';
import { naiveImage } from './naive-v8.ts';
import { syntheticSnapshot } from './synthetic-snapshot.ts';

const FILES = seeds(400, 2500);
/** Most ms for one file. The average is below one. */
const MAX_MS = 1000;

/** Edge-case numbers, and pieces of the format. */
const TOKENS = [
  '0', '1', '5', '7', '-1', '1.5', '1e9', '00', '4294967295', '4294967296', '9007199254740991',
  '9007199254740992', '1e400', '99999999999999999999', ',', '[', ']', '{', '}', ':', '"', '\\', ' ',
  '\n', 'null', '"nodes":', '"edges":[', '"weak"', '"type"', '"self_size"', '"x":[[]],',
  '\0', '\xff',
];

/** SEED=n repeats the file that a failure names. */
const only = process.env.SEED === undefined ? undefined : Number(process.env.SEED);

describe('the reader of V8 snapshots', () => {
  it('reads a damaged file as a sound image, or refuses it, within a second', async () => {
    const originals = [
      Buffer.from(JSON.stringify(tiny())),
      Buffer.from(JSON.stringify(tiny(), null, 1)),
      Buffer.concat([...syntheticSnapshot({ nodes: 12 })]),
    ];
    let accepted = 0;
    for (let seed = only ?? 1; seed <= (only ?? FILES); seed++) {
      const rerun = `SEED=${seed} npx vitest run test/workloads/heaps/v8-snapshot-fuzz.test.ts`;
      let state = seedState(seed);
      const below = (limit: number): number => (state = xorshift32(state)) % limit;
      let file: Buffer = originals[below(originals.length)];
      for (let edits = 1 + below(3); edits > 0; edits--) file = mutate(file, below);
      const start = performance.now();
      if (await survives(file, [1, 7, 4096][below(3)], rerun)) accepted++;
      expect(performance.now() - start, rerun).toBeLessThan(MAX_MS);
    }
    // Some damage is harmless. The test proves something only if a part of the files is accepted.
    if (only === undefined) expect(accepted).toBeGreaterThan(FILES / 20);
  });
});

/** Reports whether the reader accepts the file. Any other result than its image or a HeapFormatError fails the test. */
async function survives(file: Buffer, chunk: number, rerun: string): Promise<boolean> {
  let image;
  try {
    image = await readText(file, chunk);
  } catch (error) {
    if (error instanceof HeapFormatError) return false;
    throw new Error(rerun, { cause: error });
  }
  checkImage(image);
  expect(image, rerun).toEqual(naiveImage(file.toString(), 'test'));
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
      return Buffer.concat([head, Buffer.from(TOKENS[below(TOKENS.length)], 'latin1'), tail]);
    case 3: {
      const flipped = Buffer.from(file);
      flipped[below(file.length)] ^= 1 << below(8);
      return flipped;
    }
    case 4:
      return below(4) === 0 ? head : file;
    default:
      return replaceNumber(file, below);
  }
}

/** Replaces a number by another: the file stays JSON but is inconsistent. */
function replaceNumber(file: Buffer, below: (limit: number) => number): Buffer {
  const text = file.toString('latin1');
  const numbers = [...text.matchAll(/[0-9]+/g)];
  if (numbers.length === 0) return file;
  const { index, 0: old } = numbers[below(numbers.length)];
  const value = below(2) === 0 ? TOKENS[below(14)] : `${below(40)}`;
  return Buffer.from(text.slice(0, index) + value + text.slice(index + old.length), 'latin1');
}
