import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { GoImage } from '../../../src/workloads/heaps/go-dump.ts';
import { writeDump } from '../../../src/workloads/heaps/go-dump-encode.ts';
import { sampled, seeds } from '../../support/nightly.ts';
import { expectAgreement, readDump } from './go-dump-feed.ts';
import { DumpWriter, HEAP, smallDump, type Field } from './go-dump-writer.ts';
import { reachable } from './reachable.ts';

const FORMATS = [3, 4, 5, 6, 7];
/** One entry at night. The naive reader takes long for a large dump. */
const AT_NIGHT = Array.from({ length: seeds(0, 1) });

function edgesOf({ firstEdge, targets, objects }: GoImage): number[][] {
  return Array.from({ length: objects }, (_, i) => [...targets.subarray(firstEdge[i], firstEdge[i + 1])]);
}

describe.each(FORMATS)('format 1.%i', (minor) => {
  it.each([[1 << 16], [1], [13]])('reads every record, in buffers of %i bytes', async (chunk) => {
    const file = smallDump(minor).bytes;
    const image = await readDump(file, chunk);
    expect(edgesOf(image)).toEqual([[1, 2, 2], [0], [], [4], [3], [], [7], [6], []]);
    expect([...image.sizes]).toEqual([64, 8, 16, 32, 32, 24, 32, 16, 16]);
    // Data and another root, a frame, the queued finalizer, behind 6, the function.
    expect([...image.roots]).toEqual([0, 3, 4, 7, 8]);
    expect(image).toMatchObject({ format: `1.${minor}`, memStats: { heapAlloc: 1000, heapObjects: 9, numGC: 7 } });
    expect(image.counts).toMatchObject({
      goroutines: 1, frames: 1, threads: 1, otherRoots: 1, finalizers: 1, queuedFinalizers: 1,
      defers: 1, panics: 1, profiles: 1, samples: 1, itabs: 1, types: minor === 3 ? 7 : 1,
    });
    expect(image.counts.pointers).toMatchObject({ inside: 8, outside: 2, nils: 0, scalars: 0 });
    expect(image.params).toMatchObject({ ptrSize: 8, heapStart: HEAP, ncpu: 2, arch: minor >= 7 ? 'amd64' : '6' });
    expectAgreement(image, file);
  });

  it.each([
    { bigEndian: true, ptrSize: 8 }, { bigEndian: true, ptrSize: 4 }, { bigEndian: false, ptrSize: 4 },
  ] as const)('reads pointers of other machines: %o', async (options) => {
    const file = smallDump(minor, options).bytes;
    const image = await readDump(file);
    expect(edgesOf(image)).toEqual([[1, 2, 2], [0], [], [4], [3], [], [7], [6], []]);
    expect(image.params).toMatchObject(options);
    expectAgreement(image, file);
  });

  it('takes a heap without objects', async () => {
    expect(await readDump(new DumpWriter(minor).params().eof().bytes)).toMatchObject({ objects: 0, edges: 0, bytes: 0 });
  });
});

describe.each([3, 4])('interfaces in format 1.%i', (minor) => {
  const eface: Field[] = [['eface', 0]];
  const iface: Field[] = [['iface', 0]];
  const objects = (w: DumpWriter): DumpWriter =>
    w.object(HEAP, 16, { 0: 0x1000, 8: HEAP }, eface).object(HEAP + 16, 16, { 0: 0x2000, 8: HEAP }, eface)
      .object(HEAP + 32, 16, { 0: 0x3000, 8: HEAP }, iface).object(HEAP + 48, 16, { 0: 0x4000, 8: HEAP }, iface)
      .object(HEAP + 64, 16, { 0: 0x5000, 8: HEAP }, iface).object(HEAP + 80, 16, { 0: 0, 8: HEAP }, eface);
  const types = (w: DumpWriter): DumpWriter =>
    w.type(0x1000, 8, true).type(0x2000, 8, false).itab(0x3000, 0x1000, true).itab(0x4000, 0x2000, false);

  it('hold pointers if their types do or are unknown', async () => {
    const first = types(new DumpWriter(minor).params());
    const image = await readDump(objects(first).eof().bytes);
    expect(edgesOf(image)).toEqual([[0], [], [0], [], [0], []]);
    expect(image.counts.pointers).toEqual({ fields: 6, nils: 1, scalars: 2, inside: 3, outside: 0 });
  });

  it('are resolved at the end when types follow objects', async () => {
    const file = types(objects(new DumpWriter(minor).params())).eof().bytes;
    const image = await readDump(file);
    expect(edgesOf(image)).toEqual([[0], [], [0], [], [0], []]);
    expect(image.counts.pointers).toEqual({ fields: 6, nils: 1, scalars: 2, inside: 3, outside: 0 });
    expectAgreement(image, file);
  });

  it('that hold nil drop no later pointer', async () => {
    const w = new DumpWriter(minor).params().object(HEAP, 24, { 0: 0x2000, 8: 0, 16: HEAP }, [['eface', 0], ['ptr', 16]]);
    expect(edgesOf(await readDump(types(w).eof().bytes))).toEqual([[0]]);
  });

  it('use the first description of a type or itab', async () => {
    const w = types(new DumpWriter(minor).params()).type(0x1000, 8, false).type(0x2000, 8, true);
    w.itab(0x3000, 0x2000, false).itab(0x4000, 0x1000, true);
    expect(edgesOf(await readDump(objects(w).eof().bytes))).toEqual([[0], [], [0], [], [0], []]);
  });
});

describe('the reader of Go dumps', () => {
  it('repeats the type of arrays, channels and conservative objects of format 1.3', async () => {
    const w = new DumpWriter(3).params();
    w.type(0x1000, 24, true, [['ptr', 8]]);
    w.typed(HEAP, 0x1000, 1, 80, { 8: HEAP, 32: HEAP + 0x100, 56: HEAP + 0x200, 72: HEAP }); // 3 and a rest
    w.typed(HEAP + 0x100, 0x1000, 2, 96 + 48, { 8: HEAP, 104: HEAP, 128: HEAP + 0x100 }); // 2 behind the header
    w.typed(HEAP + 0x200, 0, 127, 28, { 0: HEAP, 8: 5, 16: HEAP + 0x200 });
    const image = await readDump(w.eof().bytes);
    expect(edgesOf(image)).toEqual([[0, 1, 2], [0, 1], [0, 2]]);
    expectAgreement(image, w.bytes);
  });

  it('reads an object longer than any buffer', async () => {
    const size = 300_000;
    const fields = Array.from({ length: size / 8 }, (_, i): Field => ['ptr', 8 * i]);
    const words = Object.fromEntries(fields.map(([, offset]) => [offset, HEAP + offset]));
    for (const minor of [3, 7]) {
      const image = await readDump(new DumpWriter(minor).params().object(HEAP, size, words, fields).eof().bytes, 4096);
      expect(image).toMatchObject({ objects: 1, edges: size / 8, bytes: size });
    }
  });

  it('reads other objects after one of millions of fields', async () => {
    const words = 1_200_000;
    const small = 2000;
    const first = HEAP + 8 * words;
    const contents = Buffer.alloc(8 * words);
    const fields = new Uint32Array(2 * words);
    for (let i = 0; i < words; i++) {
      const target = first + 16 * (i % small);
      contents.writeUInt32LE(target % 2 ** 32, 8 * i);
      contents.writeUInt32LE(Math.floor(target / 2 ** 32), 8 * i + 4);
      fields[2 * i] = 1;
      fields[2 * i + 1] = 8 * i;
    }
    const w = new DumpWriter(7).params(HEAP, HEAP + 2 ** 26);
    const large = writeDump({ minor: 7, records: [{ kind: 'object', address: HEAP, contents, fields }] });
    // Without its header and its end record of one byte.
    w.raw(large.subarray(new DumpWriter(7).bytes.length, -1));
    for (let i = 0; i < small; i++) w.object(first + 16 * i, 16, { 0: HEAP + 8 * i }, [['ptr', 0]]);
    // Enough bytes that the reader releases the buffer of the long record.
    const MB = 2 ** 20;
    for (let i = 0; i < 32; i++) w.object(HEAP + 16 * MB + i * MB, MB - 8);
    const image = await readDump(w.eof().bytes);
    expect(image).toMatchObject({ objects: 1 + small + 32, edges: words + small });
    expect(image.targets.subarray(0, words).findIndex((target, i) => target !== 1 + (i % small))).toBe(-1);
    expect(image.targets.subarray(words).every((target) => target === 0)).toBe(true);
  });

  it('finds objects far apart and side by side', async () => {
    const w = new DumpWriter(7).params();
    const starts = [8, 0x10000, 0x10008, 0x10010, 2 ** 40, 2 ** 52, 2 ** 53 - 16];
    const targets = [7, 8, 15, 16, 0x10007, 0x10010, 0x10018, 2 ** 40 + 7, 2 ** 53 - 9, 2n ** 64n - 1n];
    for (const start of [...starts].reverse()) w.object(start, 8);
    targets.forEach((target) => w.otherRoot(target));
    const image = await readDump(w.eof().bytes);
    expect(image.counts.rootPointers).toMatchObject({ inside: 6, outside: 4 });
    expectAgreement(image, w.bytes);
  });
});

/** Dumps of everything.go, which lies in the folder of the dumps. */
describe.each(sampled([
  // Go 1.3 counts blocks of stacks among its objects, but does not dump them.
  { go: '1.3', format: '1.3', stacks: 5, outside: 24, names: 0 },
  { go: '1.4', format: '1.4', stacks: 0, outside: 23, names: 0 },
  { go: '1.5', format: '1.5', stacks: 0, outside: 28, names: 2 },
  { go: '1.6', format: '1.6', stacks: 0, outside: 28, names: 0 },
  { go: '1.7', format: '1.7', stacks: 0, outside: 32, names: 0 },
  { go: '1.19', format: '1.7', stacks: 0, outside: 0, names: 0 },
], 2))('the dump by Go $go of a program that does everything', ({ go, format, stacks, outside, names }) => {
  const file = gunzipSync(readFileSync(new URL(`../../fixtures/go-dumps/go${go}-everything.heapdump.gz`, import.meta.url)));
  const reading = readDump(file);

  it('has as many objects as the dumped runtime counts', async () => {
    const image = await reading;
    expect(image.format).toBe(format);
    expect(image.memStats).toMatchObject({ heapAlloc: image.bytes + stacks * 32_768, heapObjects: image.objects + stacks });
  });

  it('has the pointers that a second reader finds', async () => {
    expectAgreement(await reading, file, 8);
  });

  it('has waiting goroutines, a server, finalizers, queued finalizers and panics', async () => {
    const { counts, facts } = await reading;
    const waiting = Object.fromEntries(facts!.goroutines!.waiting.map(({ reason, count }) => [reason, count]));
    for (const reason of ['chan receive', 'chan send', 'select', 'select (no cases)', 'sleep', 'semacquire', 'IO wait']) {
      expect(waiting[reason], reason).toBeGreaterThan(0);
    }
    expect(counts.finalizers).toBeGreaterThan(0);
    expect(counts.queuedFinalizers).toBeGreaterThan(40);
    expect(counts.panics).toBe(2);
    expect(counts.defers).toBeGreaterThan(0);
  });

  it('reaches nearly all objects, and notes the skipped fields and names', async () => {
    const image = await reading;
    expect(reachable(image)).toBeGreaterThan(0.98 * image.objects);
    const notes = Object.fromEntries(image.notes!.map(({ kind, count }) => [kind, count]));
    expect(notes).toEqual({ ...(outside > 0 && { 'frame-fields': outside }), ...(names > 0 && { 'type-names': names }) });
  });
});

describe.each(sampled([
  { go: '1.4', format: '1.4', alloc: 5693856, objects: 114921, finalizers: 4 },
  { go: '1.19', format: '1.7', alloc: 5054616, objects: 114736, finalizers: 4 },
], 2))('the dump of a program of Go $go', ({ go, format, alloc, objects, finalizers }) => {
  const file = gunzipSync(readFileSync(new URL(`../../fixtures/go-dumps/go${go}-indexer.heapdump.gz`, import.meta.url)));
  const reading = readDump(file);

  it('has as many objects as the dumped runtime counts', async () => {
    const image = await reading;
    expect(image.format).toBe(format);
    expect(image.memStats).toMatchObject({ heapAlloc: image.bytes, heapObjects: image.objects });
    // The program printed these figures before the dump. Printing allocated a few more objects.
    expect(image.objects - objects).toBeGreaterThanOrEqual(0);
    expect(image.objects - objects).toBeLessThan(20);
    expect(image.bytes - alloc).toBeLessThan(2048);
    expect(image.counts.finalizers).toBe(finalizers);
  });

  it.each(AT_NIGHT)('has the pointers that a second reader finds', async () => {
    expectAgreement(await reading, file, 8);
  });

  it('reaches nearly all objects, since it was just collected', async () => {
    const image = await reading;
    expect(reachable(image)).toBeGreaterThan(0.99 * image.objects);
  });
});
