import { describe, expect, it } from 'vitest';
import { CHECKPOINT } from '../../src/gc/doorbell.ts';
import { NUM_SIZE_CLASSES, classToBlocks, classToPages, classToSize } from '../../src/heap/size-classes.ts';
import type { Mem } from '../../src/memory/struct.ts';
import { boot, planMemory } from '../../src/runtime/boot.ts';
import { GOEXIT, type Step } from '../../src/runtime/goroutine.ts';
import { getGlobal, newObject, setGlobal, storeInt, storeWord } from '../../src/runtime/mutator.ts';
import { updatememstats } from '../../src/gc/stats.ts';
import { Verifier } from '../../src/verify/verifier.ts';
import { accountFor, loadedBlocks, reachable as reachableIn } from '../../src/workloads/account.ts';
import { churn } from '../../src/workloads/churn.ts';
import { collect } from '../../src/workloads/collect.ts';
import { tree } from '../../src/workloads/graphs/tree.ts';
import { mixed } from '../../src/workloads/graphs/mixed.ts';
import type { GoImage } from '../../src/workloads/heaps/go-dump.ts';
import { spanStartOf } from '../../src/workloads/heaps/places.ts';
import { links } from '../../src/workloads/links.ts';
import { imageNeeds, loadImage } from '../../src/workloads/load-image.ts';
import { canRestore, contentsReader, readContents, restoreImage, restoreNeeds } from '../../src/workloads/restore-image.ts';
import { checkParams } from '../../src/workloads/params.ts';
import { strings } from '../../src/workloads/strings.ts';
import type { Workload } from '../../src/workloads/workload.ts';
import { shapeFor } from '../../src/run/shape.ts';
import { dumpOf, objectBytes } from '../support/heapdump.ts';
import { runOnOneP, type Run } from '../support/machine.ts';
import { DumpWriter } from './heaps/go-dump-writer.ts';
import { readDump } from './heaps/go-dump-feed.ts';
import { reachable } from './heaps/reachable.ts';

/** Allocates large and small objects, some in spans of several pages, and drops most of them. */
const patchwork: Workload = {
  name: 'patchwork', summary: '', params: {}, main: { pc: 0, slots: 1 }, args: () => [],
  needs: () => ({ arenaBytes: 64 << 20, globals: 64, goroutines: 1 }),
  steps: [
    function make(m, mp, gp) {
      for (let i = 0; i < 1000; i++) {
        const size = 8 + ((i * 7919) % 9000) + (i % 50 === 0 ? 40_000 : 0);
        const p = newObject(m, mp, gp, 0, size, 0);
        if (i % 3 === 0) storeWord(m, p, 0, getGlobal(m, (i + 1) % 64));
        else storeInt(m, p, 0, i);
        setGlobal(m, i % 64, p);
      }
      return GOEXIT;
    } satisfies Step,
  ],
};

const programs: [string, () => Run][] = [
  ['links', () => runOnOneP(links, { moves: 1500 })],
  ['strings', () => runOnOneP(strings, { count: 5000 })],
  ['churn', () => runOnOneP(churn, { count: 20_000 }, { gogc: 20 })],
  ['tree', () => runOnOneP(tree, { depth: 10, runs: 1 })],
  ['mixed', () => runOnOneP(mixed, { count: 2000, runs: 1 })],
  ['patchwork', () => runOnOneP(patchwork, {}, { gogc: 100 })],
];

/** Builds a machine with the heap of `image` restored, before any goroutine runs. */
async function restored(image: GoImage): Promise<{ m: Mem; m0: number }> {
  const places = image.places!;
  const map = planMemory(shapeFor({ procs: 1 }, restoreNeeds(collect.needs({}), image, places)));
  expect(canRestore(map, places)).toBe(true);
  const m = new Int32Array(new SharedArrayBuffer(map.words * 4));
  const m0 = boot(m, map, 100);
  restoreImage(m, m0, image, places);
  await readContents(m, image, places);
  return { m, m0 };
}

/** Restores the heap during the build of a machine, from a file in memory. */
function restore(m: Mem, m0: number, image: GoImage, file: Uint8Array): Uint32Array {
  const refs = restoreImage(m, m0, image, image.places!);
  const contents = contentsReader(m, image, image.places!);
  contents.push(file);
  contents.finish();
  return refs;
}

function problemsOf(m: Mem): readonly unknown[] {
  return new Verifier(m).check(CHECKPOINT.swept).problems;
}

describe.each(programs)('the heap of %s', (_, run) => {
  const { m: first, memstats } = run();
  const original = objectBytes(first);
  const file = dumpOf(first);
  const reading = readDump(file);

  it('is restored with every object in its place, byte for byte', async () => {
    const { m, m0 } = await restored(await reading);
    updatememstats(m, m0);
    expect(Buffer.from(objectBytes(m)).equals(original)).toBe(true);
    expect(problemsOf(m)).toEqual([]);
  });

  it('is collected after the restore, and can be dumped and restored again', async () => {
    const image = await reading;
    let refs: Uint32Array = new Uint32Array(0);
    const { m, memstats: after } = runOnOneP(
      { ...collect, needs: (params) => restoreNeeds(collect.needs(params), image, image.places!) },
      { runs: 1 },
      { build: (mem, m0) => { refs = restore(mem, m0, image, file); } },
    );
    expect(after.HeapObjects).toBe(reachable(image));
    expect(accountFor(m, image, loadedBlocks(m, refs, reachableIn(image)))).toMatchObject({ reachable: after.HeapObjects, freed: image.objects - after.HeapObjects, inUse: 0 });
    expect(problemsOf(m)).toEqual([]);
    const again = await readDump(dumpOf(m));
    expect([...again.roots].length).toBe(image.roots.length);
    expect(Buffer.from(objectBytes((await restored(again)).m)).equals(objectBytes(m))).toBe(true);
  });

  it('can be used for allocation', async () => {
    const image = await reading;
    // The live objects fit into the restored arena, which must not move.
    const params = { count: 8000, ring: 100 };
    const needs = { ...churn.needs(checkParams(churn, params)), arenaBytes: 0 };
    const { m } = runOnOneP({ ...churn, needs: () => restoreNeeds(needs, image, image.places!) }, params, {
      gcEvery: 20, gogc: 50, build: (mem, m0) => void restore(mem, m0, image, file),
    });
    expect(problemsOf(m)).toEqual([]);
  });

  it('has the same objects and edges if it is loaded elsewhere', async () => {
    const image = await reading;
    const { m, refs } = loaded(image);
    const copy = await readDump(dumpOf(m));
    expect(image.objects).toBe(memstats.HeapObjects);
    // The roots of the copy are in one more object.
    const own = image.roots.length > 0 ? 1 : 0;
    expect(copy.objects).toBe(image.objects + own);
    const numberOf = new Map(Array.from(copy.places!.offsets, (offset, i) => [(copy.places!.arenaOffset + offset) / 4, i]));
    const to = Array.from(refs, (ref) => numberOf.get(ref)!);
    for (let i = 0; i < image.objects; i++) {
      if (copy.sizes[to[i]] !== image.sizes[i]) expect.fail(`object ${i} has ${copy.sizes[to[i]]} bytes instead of ${image.sizes[i]}`);
      const edges = copy.targets.slice(copy.firstEdge[to[i]], copy.firstEdge[to[i] + 1]);
      const wanted = image.targets.subarray(image.firstEdge[i], image.firstEdge[i + 1]).map((target) => to[target]);
      if (String(edges) !== String(wanted)) expect.fail(`object ${i} leads to ${edges} instead of ${wanted}`);
    }
    expect(copy.edges).toBe(image.edges + (own === 1 ? image.roots.length : 0));
  });
});

function loaded(image: GoImage): { m: Mem; refs: Uint32Array } {
  const map = planMemory(shapeFor({ procs: 1 }, { ...collect.needs({}), arenaBytes: imageNeeds(image).arenaBytes }));
  const m = new Int32Array(new SharedArrayBuffer(map.words * 4));
  const m0 = boot(m, map, 100);
  const refs = loadImage(m, m0, image);
  updatememstats(m, m0);
  return { m, refs };
}

describe('the start of a span', () => {
  it('follows from the address and the class of any of its blocks', () => {
    for (let c = 1; c < NUM_SIZE_CLASSES; c++) {
      for (const page of [0, 1, 2, 5, 63]) {
        for (let i = 0; i < classToBlocks[c]; i++) {
          const offset = page * 8192 + i * classToSize[c];
          const starts = Array.from({ length: classToPages[c] }, (_, k) => Math.floor(offset / 8192) - k).filter((start) => {
            const inside = offset - start * 8192;
            return start >= 0 && inside % classToSize[c] === 0 && inside / classToSize[c] < classToBlocks[c];
          });
          if (starts.length !== 1 || starts[0] !== page || spanStartOf(offset, c) !== page) expect.fail(`block ${i} of class ${c} on page ${page}: ${starts.join()} and ${spanStartOf(offset, c)}`);
        }
      }
    }
  });
});

describe('a dump is not restored in place', () => {
  const HEAP = 0xc000100000;
  const params = (start = HEAP, end = HEAP + 0x100000): DumpWriter => new DumpWriter(4).params(start, end);
  it.each<[string, DumpWriter]>([
    ['of another format', new DumpWriter(5).params(HEAP).object(HEAP, 16)],
    ['of 32 bits', new DumpWriter(4, { ptrSize: 4 }).params(0x10000000, 0x10100000).object(0x10000000, 16)],
    ['of another byte order', new DumpWriter(4, { bigEndian: true }).params(HEAP, HEAP + 0x2000).object(HEAP, 16)],
    ['of Go itself', params(0xc208000000, 0xc208100000).object(0xc208000000, 16)],
    ['whose arena begins inside a page', params(HEAP + 16).object(HEAP + 16, 16)],
    ['whose arena ends before it begins', params(HEAP, HEAP - 0x2000).object(HEAP, 16)],
    ['with an object in front of the arena', params().object(HEAP - 0x2000, 16)],
    ['with an object behind the arena', params().object(HEAP + 0x100000, 16)],
    ['with an object partly behind the arena', params().object(HEAP + 0xfe000, 40_960)],
    ['with an object of no class', params().object(HEAP, 24)],
    ['with an empty object', params().object(HEAP, 0)],
    ['with a large object that is no pages', params().object(HEAP, 40_000)],
    ['with a large object inside a page', params().object(HEAP + 16, 40_960)],
    ['with a block between two places', params().object(HEAP + 8, 16)],
    ['with blocks of two sizes in a span', params().object(HEAP, 16).object(HEAP + 32, 32)],
    ['with a block in the leftover of a span', params().object(HEAP, 48).object(HEAP + 8160, 48)],
    ['with spans that overlap', params().object(HEAP + 0x2000, 16).object(HEAP + 0x2000 + 5120 * 2, 5120)],
  ])('%s', async (_, w) => {
    const image = await readDump(w.eof().bytes);
    expect(image.objects).toBeGreaterThan(0);
    expect(image.places).toBeUndefined();
  });

  it('if the arena begins later', async () => {
    const image = await readDump(params(0xc000002000).object(0xc000002000, 16).eof().bytes);
    expect(image.places).toBeDefined();
    expect(canRestore(planMemory(shapeFor({ procs: 1 }, restoreNeeds(collect.needs({}), image, image.places!))), image.places!)).toBe(false);
  });

  it('if the arena is smaller', async () => {
    const image = await readDump(params(HEAP + 0x1000000, HEAP + 0x1200000).object(HEAP + 0x1000000, 16).eof().bytes);
    const needs = restoreNeeds(collect.needs({}), image, image.places!);
    expect(canRestore(planMemory(shapeFor({ procs: 1 }, needs)), image.places!)).toBe(true);
    expect(canRestore(planMemory(shapeFor({ procs: 1, arena: 1 << 20 }, needs)), image.places!)).toBe(false);
  });
});
