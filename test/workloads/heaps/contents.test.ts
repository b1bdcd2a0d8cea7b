/** The contents of a dump are read a second time: they are not kept, and must not have changed. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { ContentsReader } from '../../../src/workloads/heaps/contents.ts';
import { HeapFormatError } from '../../../src/workloads/heaps/format-error.ts';
import { readGoDump, type GoImage } from '../../../src/workloads/heaps/go-dump.ts';
import { inChunks } from './feed.ts';
import { readDump } from './go-dump-feed.ts';
import { DumpWriter, type Field, type Words } from './go-dump-writer.ts';

const HEAP = 0xc000100000;
const HEAP_OFFSET = 0x100000;
const HEAP_END = HEAP + 0x10000;
const START = new DumpWriter(4).bytes.length;

interface Obj { readonly offset: number; readonly size: number; readonly words: Words; readonly fields: readonly Field[] }

const objects: readonly Obj[] = [
  { offset: 0, size: 16, words: { 0: 0x1111, 8: 0x2222 }, fields: [] },
  { offset: 16, size: 16, words: { 0: HEAP, 8: 0x3333 }, fields: [['ptr', 0], ['ptr', 8]] },
  { offset: 0x2000, size: 32, words: { 24: 0x4444 }, fields: [] },
  { offset: 0x4000, size: 40_960, words: { 8: 0x5555, 40_952: 0x6666 }, fields: [['ptr', 0], ['ptr', 304], ['ptr', 40_952]] },
];

function dump(changed: Partial<Obj> = {}): Buffer {
  const w = new DumpWriter(4).params(HEAP, HEAP_END).otherRoot(HEAP);
  for (const [i, object] of objects.entries()) {
    const { offset, size, words, fields } = i === 2 ? { ...object, ...changed } : object;
    w.object(HEAP + offset, size, words, fields);
  }
  return w.otherRoot(HEAP + 16).eof().bytes;
}

/** Returns the memory that `pieces` fill, and the objects with fields. */
function fill({ sizes, places }: GoImage, pieces: Iterable<Uint8Array>): { memory: Buffer; withFields: number[] } {
  const { contents, offsets, arenaOffset } = places!;
  const memory = Buffer.alloc(HEAP_OFFSET + HEAP_END - HEAP, 0xaa);
  const withFields: number[] = [];
  const reader = new ContentsReader(contents.offset, {
    name: 'test', sizes, offsets, memory, origin: arenaOffset, originAddress: HEAP, onPointers: (object) => withFields.push(object),
  });
  for (const piece of pieces) reader.push(piece);
  reader.finish();
  return { memory, withFields };
}

function* cut(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

describe('restoring contents', () => {
  it.each([1, 2, 3, 7, 64, 1000, 1 << 20])('fills the objects from pieces of %i bytes, and no other memory', async (size) => {
    const file = dump();
    const { memory, withFields } = fill(await readDump(file), cut(file, size));
    const expected = Buffer.alloc(memory.length, 0xaa);
    for (const { offset, size: bytes, words } of objects) new DumpWriter(4).memory(bytes, words).copy(expected, HEAP_OFFSET + offset);
    expect(memory.equals(expected)).toBe(true);
    expect(withFields).toEqual([1, 3]);
  });
});

describe('a changed file is refused', () => {
  it.each<[string, Buffer]>([
    ['with an object elsewhere', dump({ offset: 0x2020 })],
    ['with an object of another size', dump({ size: 48 })],
    ['with another record among the objects', new DumpWriter(4).params(HEAP, HEAP_END).otherRoot(HEAP).object(HEAP, 16).otherRoot(HEAP).eof().bytes],
    ['of fewer objects', new DumpWriter(4).params(HEAP, HEAP_END).otherRoot(HEAP).object(HEAP, 16).eof().bytes],
    ['that is cut off', dump().subarray(0, 200)],
    ['that is empty', Buffer.alloc(0)],
  ])('%s', async (_, file) => {
    const image = await readDump(dump());
    expect(() => fill(image, [file])).toThrow(HeapFormatError);
    expect(() => fill(image, [file])).toThrow(/^test: has changed since it was opened: object \d is not where it was$/);
  });
});

describe('a dump is not restored in place', () => {
  const start = (): DumpWriter => new DumpWriter(4).params(HEAP, HEAP_END);
  it.each<[string, DumpWriter]>([
    ['whose objects are not in the order of their addresses', start().object(HEAP + 16, 16).object(HEAP, 16)],
    ['with another record among its objects', start().object(HEAP, 16).otherRoot(HEAP).object(HEAP + 16, 16)],
  ])('%s', async (_, w) => {
    const image = await readDump(w.eof().bytes);
    expect(image).toMatchObject({ objects: 2, places: undefined });
  });

  it('that can be read only once', async () => {
    expect((await readDump(dump())).places).toBeDefined();
    expect((await readGoDump(inChunks(dump(), 1000))).places).toBeUndefined();
  });
});

describe('reading contents', () => {
  it('keeps no contents of objects, neither during the reading nor afterwards', async () => {
    const [OBJECTS, BYTES, LITTLE] = [500, 40_960, 1 << 20];
    setFlagsFromString('--expose-gc');
    const gc = runInNewContext('gc') as () => void;
    // V8 releases buffers on a thread of its own, some time after a collection.
    const held = async (): Promise<number> => {
      let least = Infinity;
      for (let i = 0; i < 20; i++) {
        gc();
        least = Math.min(least, process.memoryUsage().arrayBuffers);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      return least;
    };
    const before = await held();
    let atTheEnd = 0;
    async function* source(): AsyncGenerator<Uint8Array> {
      yield new DumpWriter(4).params(HEAP, HEAP + OBJECTS * BYTES).bytes;
      // Pieces are so small that no record takes a mapping of its own (base/large-arrays.ts).
      for (let i = 0; i < OBJECTS; i++) yield* cut(new DumpWriter(4).object(HEAP + i * BYTES, BYTES).bytes.subarray(START), 1 << 14);
      atTheEnd = (await held()) - before;
      yield new DumpWriter(4).eof().bytes.subarray(START);
    }
    const image = await readGoDump(source(), { again: source });
    const afterwards = (await held()) - before;
    expect(image).toMatchObject({ objects: OBJECTS, bytes: OBJECTS * BYTES, places: { arenaOffset: HEAP_OFFSET } });
    expect([atTheEnd < LITTLE, afterwards < LITTLE], `${atTheEnd} and ${afterwards} bytes`).toEqual([true, true]);
  });
});
