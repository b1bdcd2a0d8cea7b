import { describe, expect, it } from 'vitest';
import { seedState, xorshift32 } from '../../../src/base/random.ts';
import { HeapFormatError } from '../../../src/workloads/heaps/format-error.ts';
import { readDump as readDocument } from '../../../src/workloads/heaps/go-dump-decode.ts';
import { writeDump } from '../../../src/workloads/heaps/go-dump-encode.ts';
import { sampled, seeds } from '../../support/nightly.ts';
import { expectAgreement, readDump } from './go-dump-feed.ts';
import { mutate } from './go-dump-mutate.ts';
import { smallDump } from './go-dump-writer.ts';

const FILES = seeds(400, 10_000);
/** Most ms for one file. The average is below one. */
const MAX_MS = 1000;
const FORMATS = [3, 4, 5, 6, 7];

/** SEED=n repeats the file that a failure names. */
const only = process.env.SEED === undefined ? undefined : Number(process.env.SEED);

describe('the reader of damaged Go dumps', () => {
  it('reads a damaged file as the image that it describes, or refuses it, within a second', async () => {
    const originals = FORMATS.map((minor) => smallDump(minor).bytes);
    let accepted = 0;
    let copied = 0;
    for (let seed = only ?? 1; seed <= (only ?? FILES); seed++) {
      const rerun = `SEED=${seed} npx vitest run test/workloads/heaps/go-dump-fuzz.test.ts`;
      let state = seedState(seed);
      const below = (limit: number): number => (state = xorshift32(state)) % limit;
      let file: Buffer = originals[below(originals.length)];
      for (let edits = 1 + below(3); edits > 0; edits--) file = mutate(file, below);
      const start = performance.now();
      if (await survives(file, [1, 7, 4096][below(3)], rerun)) accepted++;
      if (isCopied(file, rerun)) copied++;
      expect(performance.now() - start, rerun).toBeLessThan(MAX_MS);
    }
    // Some damage is harmless. The test proves something only if a part of the files is accepted.
    if (only === undefined) expect(Math.min(accepted, copied)).toBeGreaterThan(FILES / 20);
  });
});

describe.each(FORMATS)('format 1.%i', (minor) => {
  it('is refused wherever it is cut off', async () => {
    const file = smallDump(minor).bytes;
    for (const length of sampled([...file.keys()], 5)) {
      const error = await readDump(file.subarray(0, length), 1 + (length % 97)).then(() => undefined, (reason: unknown) => reason);
      expect(error, `${length} bytes`).toBeInstanceOf(HeapFormatError);
      expect((error as Error).message).toBe(`test: is cut off: it ends at byte ${length}, in ${partOf(error as Error)}`);
    }
  });
});

function partOf({ message }: Error): string {
  return message.slice(message.lastIndexOf(', in ') + 5);
}

/** Reports whether the reader accepts the file. Any other result than its image or a HeapFormatError fails the test. */
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

/** Reports whether the file is a document. The document must be written as it was read. */
function isCopied(file: Buffer, rerun: string): boolean {
  try {
    expect(Buffer.from(writeDump(readDocument(file, 'test'))).equals(file), rerun).toBe(true);
    return true;
  } catch (error) {
    if (!(error instanceof HeapFormatError)) throw new Error(rerun, { cause: error });
    expect(error.message, rerun).toMatch(/^test: [^\n]+[^.\n]$/);
    return false;
  }
}
