import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/base/fatal.ts';
import { seedState, xorshift32 } from '../../src/base/random.ts';
import { CHECKPOINT } from '../../src/gc/doorbell.ts';
import { planMemory } from '../../src/runtime/boot.ts';
import { Verifier } from '../../src/verify/verifier.ts';
import { accountFor, loadedBlocks, reachable } from '../../src/workloads/account.ts';
import { churn } from '../../src/workloads/churn.ts';
import { collect } from '../../src/workloads/collect.ts';
import { links } from '../../src/workloads/links.ts';
import { HeapFormatError } from '../../src/workloads/heaps/format-error.ts';
import type { GoImage } from '../../src/workloads/heaps/go-dump.ts';
import type { Places } from '../../src/workloads/heaps/places.ts';
import { canRestore, contentsReader, restoreImage, restoreNeeds } from '../../src/workloads/restore-image.ts';
import { shapeFor } from '../../src/run/shape.ts';
import { dumpOf } from '../support/heapdump.ts';
import { runOnOneP } from '../support/machine.ts';
import { seeds } from '../support/nightly.ts';
import { readDump } from './heaps/go-dump-feed.ts';
import { mutate } from './heaps/go-dump-mutate.ts';

const FILES = seeds(100, 1000);
/** Most words of a machine that this test builds: 64 MB. */
const MAX_WORDS = 1 << 24;

/** SEED=n repeats one file. */
const only = process.env.SEED === undefined ? undefined : Number(process.env.SEED);

describe("the reader of this machine's dumps", () => {
  it('refuses a damaged dump of this machine, or restores it without problems', async () => {
    const originals = [
      dumpOf(runOnOneP(links, { nodes: 20, moves: 100 }).m),
      dumpOf(runOnOneP(churn, { count: 100, ring: 20 }).m),
    ].map((bytes) => Buffer.from(bytes));
    let done = 0;
    for (let seed = only ?? 1; seed <= (only ?? FILES); seed++) {
      const rerun = `SEED=${seed} npx vitest run test/workloads/restore-image-fuzz.test.ts`;
      let state = seedState(seed);
      const below = (limit: number): number => (state = xorshift32(state)) % limit;
      let file: Buffer = originals[below(originals.length)];
      for (let edits = 1 + below(3); edits > 0; edits--) file = mutate(file, below);
      try {
        const image = await readDump(file);
        if (image.places !== undefined && restores(image, image.places, file)) done++;
      } catch (error) {
        if (!(error instanceof HeapFormatError)) throw new Error(rerun, { cause: error });
      }
    }
    if (only === undefined) expect(done).toBeGreaterThan(FILES / 20);
  });
});

/** Reports whether the heap could be restored in place. If so, collects it and checks it. */
function restores(image: GoImage, places: Places, file: Uint8Array): boolean {
  const needs = restoreNeeds(collect.needs({}), image, places);
  try {
    const map = planMemory(shapeFor({ procs: 1 }, needs));
    if (!canRestore(map, places) || map.words > MAX_WORDS) return false;
  } catch (error) {
    if (error instanceof UsageError) return false;
    throw error;
  }
  let refs: Uint32Array = new Uint32Array(0);
  const { m } = runOnOneP({ ...collect, needs: () => needs }, { runs: 1 }, {
    build: (mem, m0) => {
      refs = restoreImage(mem, m0, image, places);
      const contents = contentsReader(mem, image, places);
      contents.push(file);
      contents.finish();
    },
  });
  // accountFor throws if a reachable object is lost.
  expect(accountFor(m, image, loadedBlocks(m, refs, reachable(image))).objects).toBe(image.objects);
  expect(new Verifier(m).check(CHECKPOINT.swept).problems).toEqual([]);
  return true;
}
