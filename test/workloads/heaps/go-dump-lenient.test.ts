/** The importer skips and counts the faults of Go's own writers. They change nothing else. */
import { describe, expect, it } from 'vitest';
import { writeDump } from '../../../src/workloads/heaps/go-dump-encode.ts';
import { readDump as readDocument } from '../../../src/workloads/heaps/go-dump-decode.ts';
import { HeapFormatError } from '../../../src/workloads/heaps/format-error.ts';
import { readGoDump, type GoImage } from '../../../src/workloads/heaps/go-dump.ts';
import { expectAgreement, readDump } from './go-dump-feed.ts';
import { DumpWriter, HEAP } from './go-dump-writer.ts';

const FORMATS = [3, 4, 5, 6, 7];

describe.each(FORMATS)('format 1.%i', (minor) => {
  const dump = (): DumpWriter => new DumpWriter(minor).params();

  it("skips the arguments of a goroutine's first function, which lie outside goexit's frame", async () => {
    const w = dump().object(HEAP, 16).object(HEAP + 16, 16);
    w.goroutine().frame(8, { 0: HEAP }, [['ptr', 8], ['iface', 16], ['ptr', 0], ['slice', 2 ** 40]]);
    const { roots, notes, counts } = await readDump(w.eof().bytes);
    expect([...roots]).toEqual([0]);
    expect(notes).toEqual([{ kind: 'frame-fields', count: 3 }]);
    expect(counts.rootPointers).toMatchObject({ inside: 1, outside: 0 });
    expectAgreement(await readDump(w.bytes, 1), w.bytes);
  });

  it('skips fields of a segment past its end', async () => {
    const w = dump().object(HEAP, 8).segment(12, 16, { 8: HEAP }, [['ptr', 8], ['ptr', 16]]).segment(13, 0, {}, [['ptr', 0]]).eof();
    const image = await readDump(w.bytes);
    expect([...image.roots]).toEqual([0]);
    expect(image.notes).toEqual([{ kind: 'segment-fields', count: 2 }]);
    expectAgreement(image, w.bytes);
  });

  it('counts the bytes after the end record', async () => {
    const { bytes } = dump().object(HEAP, 8).eof().raw('rest of an older dump');
    for (const chunk of [1, 7, 1 << 16]) {
      expect(await readDump(bytes, chunk)).toMatchObject({ objects: 1, notes: [{ kind: 'trailing-bytes', count: 21 }] });
    }
  });

  it('has no notes for a sound dump', async () => {
    expect((await readDump(dump().object(HEAP, 8).eof().bytes)).notes).toEqual([]);
  });

  it('accepts any number in an unused field', async () => {
    const w = dump().u(4, 0, 0, 1, 0, 4, 7, 9, 1).s('select').u(0, 0, 0, 0).eof();
    expect(await readDump(w.bytes)).toMatchObject({ counts: { goroutines: 1 } });
  });
});

describe('the architecture', () => {
  const head = (minor: number): DumpWriter => new DumpWriter(minor).u(6, 0, 8, HEAP, HEAP + 0x100000);
  it.each([
    ['is a letter up to 1.6', head(5).u(54).s('').u(2), '6'],
    ['is a letter up to 1.6', head(6).u(0x39).s('').u(2), '9'],
    ['is a name from 1.7 on', head(7).s('arm64').s('').u(2), 'arm64'],
    ['may be a letter in 1.7, as for a while in Go\'s tree', head(7).u(54).s('').u(2), '6'],
    ['may be a name in 1.5, as the Go wiki has it', head(5).s('amd64').s('').u(2), 'amd64'],
  ])('%s', async (_, w, arch) => {
    expect((await readDump(w.object(HEAP, 8).eof().bytes, 1)).params.arch).toBe(arch);
  });

  it('is unchanged in a document', () => {
    for (const minor of FORMATS) {
      const { bytes } = new DumpWriter(minor).params().object(HEAP, 8).eof();
      const document = readDocument(bytes);
      expect(document.records[0]).toMatchObject(minor < 7 ? { thechar: 54 } : { arch: 'amd64' });
      expect(Buffer.from(writeDump(document)).equals(bytes)).toBe(true);
    }
  });
});

describe('an object of 2 GB or more', () => {
  const GB = 2 ** 30;
  /** Bytes that Linux writes of a call with a 32-bit count. */
  const written = (size: number): number => Math.min(size % 2 ** 32, 0x7fff_f000);

  /** Yields the dump in pieces of one buffer, so that the zeros take no memory. */
  function read(front: Uint8Array, contents: number, back: Uint8Array): Promise<GoImage> {
    const zeros = Buffer.alloc(1 << 24);
    async function* source(): AsyncGenerator<Uint8Array> {
      yield front;
      for (let left = contents; left > 0; left -= zeros.length) yield left < zeros.length ? zeros.subarray(0, left) : zeros;
      yield back;
    }
    return readGoDump(source(), { name: 'test' });
  }

  it.each([[7, 3 * GB], [7, 4 * GB], [4, 5 * GB], [6, 2 * GB]])('of format 1.%i and %i bytes has its size, and as much of its contents as Go writes', async (minor, size) => {
    const front = new DumpWriter(minor).params(HEAP, HEAP + 2 ** 34).object(HEAP - 64, 16).u(1, HEAP, size).bytes;
    const back = new DumpWriter(minor).u(0).object(HEAP + size, 16, { 0: HEAP + size - 1 }, [['ptr', 0]]).otherRoot(HEAP + size).eof().bytes.subarray(16);
    const image = await read(front, written(size), back);
    expect(image).toMatchObject({ objects: 3, edges: 1, bytes: size + 32, notes: [{ kind: 'partial-objects', count: 1 }] });
    expect([...image.targets]).toEqual([1]);
    expect([...image.roots]).toEqual([2]);
  });

  it('of format 1.3 is read if its type has no pointers', async () => {
    const front = new DumpWriter(3).params().type(0x1000, 5 * GB, false).u(1, HEAP, 0x1000, 0, 5 * GB).bytes;
    const back = new DumpWriter(3).eof().bytes.subarray(16);
    const image = await read(front, GB, back);
    expect(image).toMatchObject({ objects: 1, edges: 0, bytes: 5 * GB });
    expect(image.facts?.groups).toEqual([{ name: 'main.T', objects: 1, bytes: 5 * GB }]);
    const conservative = new DumpWriter(3).params().u(1, HEAP, 0, 127, 5 * GB).bytes;
    await expect(read(conservative, GB, back)).rejects.toThrow(/^test: an object of 5368709120 bytes may hold pointers, and the largest such object that can be read has 2147479552 before byte/);
  });

  it('in a dump of this machine has all its contents', async () => {
    const front = new DumpWriter(4).params(HEAP, HEAP + 3 * GB).u(1, HEAP, 3 * GB).bytes;
    const back = new DumpWriter(4).u(0).eof().bytes.subarray(16);
    expect(await read(front, 3 * GB, back)).toMatchObject({ objects: 1, bytes: 3 * GB, notes: [] });
    await expect(read(front, 2 * GB, back)).rejects.toThrow(/is cut off/);
  });

  it('is refused if it has pointers or is truncated', async () => {
    const front = new DumpWriter(7).params().u(1, HEAP, 4 * GB).bytes;
    await expect(read(front, 0, new DumpWriter(7).u(1, 0, 0).eof().bytes.subarray(16))).rejects.toThrow(/may hold pointers/);
    await expect(read(front, 0, Buffer.alloc(0))).rejects.toThrow(/^test: is cut off: it ends at byte \d+, in an object$/);
  });
});

describe('a broken type name of Go 1.5', () => {
  const TYPE = 0x6bc920;
  const ITAB = 0x820000;
  const broken = (minor: number): DumpWriter => new DumpWriter(minor).params().u(3, TYPE, 8, 14_965_953);
  const after = (w: DumpWriter): Buffer => w.u(1).itab(ITAB, TYPE).object(HEAP, 16, { 0: HEAP }, [['ptr', 0]]).eof().bytes;
  // In memory lie the type's address, an itab's tag in front of it, and a whole itab, but no boolean precedes the itab.
  const encoded = (...numbers: number[]): Buffer => new DumpWriter(5).u(...numbers).bytes.subarray(16);
  const memory = Buffer.concat([Buffer.from('20c96b0000000000', 'hex'), Buffer.alloc(3000, 0x55), encoded(8, ITAB, TYPE), encoded(TYPE, 8, TYPE)]);

  it('is skipped up to the itab of the type', async () => {
    for (const chunk of [1, 100, 1 << 16]) {
      const file = after(broken(5).raw(memory).raw('.').raw(memory));
      const image = await readDump(file, chunk);
      expect(image).toMatchObject({ objects: 1, edges: 1, counts: { types: 1, itabs: 1 }, notes: [{ kind: 'type-names', count: 1 }] });
      expectAgreement(image, file);
    }
  });

  it('may be the only record', async () => {
    await expect(readDump(broken(5).raw(memory).bytes)).rejects.toThrow(HeapFormatError);
    await expect(readDump(broken(5).raw(memory).bytes)).rejects.toThrow(/^test: is cut off: it ends at byte \d+, in a type$/);
  });

  it('is refused in every other format', async () => {
    for (const minor of [3, 4, 6, 7]) {
      await expect(readDump(after(broken(minor).raw(memory)))).rejects.toThrow(/the type's name takes 14965953 bytes, more than 1048576/);
    }
  });

  it('takes no memory', async () => {
    let most = 0;
    const before = process.memoryUsage().arrayBuffers;
    async function* source(): AsyncGenerator<Uint8Array> {
      yield broken(5).bytes;
      const piece = Buffer.alloc(1 << 20, 1);
      for (let i = 0; i < 300; i++) {
        yield piece;
        most = Math.max(most, process.memoryUsage().arrayBuffers - before);
      }
      yield after(new DumpWriter(5)).subarray(16);
    }
    expect(await readGoDump(source())).toMatchObject({ objects: 1 });
    // One store has a mapping of its own.
    expect(most).toBeLessThan(1 << 27);
  });
});

describe('the reader of Go dumps', () => {
  it('refuses an object with pointers outside it: no writer makes one', async () => {
    await expect(readDump(new DumpWriter(7).params().object(HEAP, 16, {}, [['ptr', 16]]).eof().bytes)).rejects.toThrow(/a pointer at offset 16 doesn't fit into 16 bytes/);
  });
});
