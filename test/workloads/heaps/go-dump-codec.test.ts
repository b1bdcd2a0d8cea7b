import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EXIT } from '../../../src/base/fatal.ts';
import { HeapFormatError } from '../../../src/workloads/heaps/format-error.ts';
import { readDump } from '../../../src/workloads/heaps/go-dump-decode.ts';
import { encodeDump, writeDump } from '../../../src/workloads/heaps/go-dump-encode.ts';
import type { DumpRecord } from '../../../src/workloads/heaps/go-dump-schema.ts';
import { sampled } from '../../support/nightly.ts';
import { DumpWriter, HEAP, smallDump } from './go-dump-writer.ts';

const FORMATS = [3, 4, 5, 6, 7];

function errorOf(bytes: Uint8Array): string {
  try {
    readDump(bytes, 'test');
  } catch (error) {
    expect(error).toBeInstanceOf(HeapFormatError);
    expect((error as HeapFormatError).exitCode).toBe(EXIT.usage);
    return (error as Error).message;
  }
  return 'nothing was thrown';
}

describe.each(sampled(['1.4', '1.19'], 2))('the dump of a program of Go %s', (go) => {
  it('is written as it was read, byte for byte', () => {
    const file = gunzipSync(readFileSync(new URL(`../../fixtures/go-dumps/go${go}-indexer.heapdump.gz`, import.meta.url)));
    expect(file.equals(writeDump(readDump(file)))).toBe(true);
  });
});

describe.each(FORMATS)('format 1.%i', (minor) => {
  it.each([{}, { bigEndian: true }, { ptrSize: 4 }] as const)('is written as it was read, with every record: %o', (options) => {
    const file = smallDump(minor, options).bytes;
    const dump = readDump(file);
    expect(Buffer.from(writeDump(dump))).toEqual(file);
    expect(new Set(dump.records.map(({ kind }) => kind)).size).toBe(17);
  });

  it('is refused wherever it is cut off', () => {
    const file = smallDump(minor).bytes;
    for (const length of sampled([...file.keys()], 5)) {
      expect(errorOf(file.subarray(0, length))).toMatch(length < 16 ? /^test: doesn't begin with/ : new RegExp(`^test: is cut off: it ends at byte ${length}, in `));
    }
  });
});

describe('the codec', () => {
  it('decodes each field of a record', () => {
    const w = new DumpWriter(4).params().itab(0x520000, 0x510000).object(HEAP, 24, { 8: HEAP }, [['ptr', 8], ['eface', 8]]);
    w.finalizer(HEAP, 1).thread().profile().eof();
    expect(readDump(w.bytes).records).toEqual([
      { kind: 'params', bigEndian: false, ptrSize: 8, heapStart: HEAP, heapEnd: HEAP + 0x100000, thechar: 54, experiment: '', ncpu: 2 },
      { kind: 'itab', address: 0x520000, type: 0x510000 },
      { kind: 'object', address: HEAP, contents: w.memory(24, { 8: HEAP }), fields: Uint32Array.of(1, 8, 3, 8) },
      { kind: 'finalizer', object: HEAP, fn: 1, code: 0x401000, argType: 0x500000, objectType: 0x500010 },
      { kind: 'thread', address: 0x600000, id: 1, osId: 2n ** 64n - 1n },
      {
        kind: 'memProf', bucket: 0x601000, size: 32, allocs: 5, frees: 2,
        stack: [{ function: 'main.f', file: 'main.go', line: 12 }, { function: 'main.main', file: 'main.go', line: 12 }],
      },
    ]);
  });

  it('writes any number of 64 bits as it was read', () => {
    const number = fc.oneof(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.nat(64).map((bits) => (1n << BigInt(bits)) - 1n), fc.maxSafeNat().map(BigInt));
    fc.assert(fc.property(number, (value) => {
      const [record] = readDump(new DumpWriter(4).otherRoot(value).eof().bytes).records;
      expect(record).toEqual({ kind: 'otherRoot', description: 'some root', address: value < 2n ** 53n ? Number(value) : value });
      expect(Buffer.from(writeDump({ minor: 4, records: [record] }))).toEqual(new DumpWriter(4).otherRoot(value).eof().bytes);
    }));
  });

  it('encodes large records in pieces', () => {
    const contents = Uint8Array.from({ length: 140_000 }, (_, i) => i);
    const fields = Array.from({ length: 2 * 17_500 }, (_, i) => (i % 2 === 0 ? 1 : 4 * (i - 1)));
    const name = 'ü'.repeat(40_000);
    const records: DumpRecord[] = [
      { kind: 'object', address: HEAP, contents, fields },
      { kind: 'otherRoot', description: name, address: 0 },
      { kind: 'memProf', bucket: 1, size: 2, stack: Array.from({ length: 9 }, (_, i) => ({ function: name, file: 'x', line: i })), allocs: 3, frees: 0 },
    ];
    const pieces = [...encodeDump({ minor: 4, records })];
    for (const piece of pieces) expect(piece.length).toBeLessThan(66_000);
    expect(readDump(Buffer.concat(pieces)).records).toEqual(
      records.map((record) => (record.kind === 'object' ? { ...record, contents: Buffer.from(contents), fields: Uint32Array.from(fields) } : record)),
    );
  });
});

describe('a dump is refused', () => {
  it.each<[string, Uint8Array, RegExp]>([
    ['with another beginning', Buffer.from('hello, world, it is me'), /^test: doesn't begin with 'go1\.N heap dump', where N is 3 to 7$/],
    ['of a format to come', Buffer.from('go1.8 heap dump\n\0'), /where N is 3 to 7$/],
    ['with an unknown record', new DumpWriter(4).u(18).bytes, /^test: there is no record of kind 18 before byte 17, in the beginning of a record$/],
    ['with an absurd record', new DumpWriter(4).u(2n ** 63n).bytes, /there is no record of kind 9223372036854775808 before/],
    ['that goes on behind its end', new DumpWriter(4).eof().raw('x').bytes, /^test: expected the end of the file before byte 17, in what follows the end record$/],
    ['with a number of 65 bits', new DumpWriter(4).u(8, 2n ** 64n).bytes, /^test: a number is longer than 64 bits before byte 27, in an itab$/],
    ['with a number that goes on forever', new DumpWriter(4).u(8).raw(Buffer.alloc(40, 0xff)).bytes, /a number is longer than 64 bits/],
    ['with a number in too many bytes', new DumpWriter(4).u(8).raw('\x81\x00').u(0, 0).bytes, /^test: a number takes more bytes than it needs before byte 19, in an itab$/],
    ['with a large number in too many bytes', new DumpWriter(4).u(8).raw('\xff\xff\xff\xff\xff\xff\xff\xff\x80\x00').bytes, /a number takes more bytes than it needs/],
    ['with a truth value of 2', new DumpWriter(4).u(3, 1, 8).s('T').u(2).bytes, /a truth value is 2 instead of 0 or 1/],
    ['with an object that goes on behind the end', new DumpWriter(4).u(1, HEAP, 2n ** 60n).bytes, /^test: is cut off: it ends at byte 32, in an object$/],
    ['with a stack that goes on behind the end', new DumpWriter(4).u(16, 1, 8, 2n ** 60n).s('f').bytes, /is cut off: it ends at byte \d+, in an allocation profile$/],
    ['with a field kind of another format', new DumpWriter(7).u(1, HEAP).s('12345678').u(2, 0).bytes, /there is no field kind 2 in format 1\.7/],
    ['with a field far away', new DumpWriter(7).u(1, HEAP).s('12345678').u(1, 2n ** 40n).bytes, /a field at offset 1099511627776 lies in no memory/],
    ['with a text that is none', new DumpWriter(4).u(2).s(Uint8Array.of(0xc3, 0x28)).bytes, /^test: a text is not UTF-8 before byte 20, in a root$/],
  ])('%s', (_, bytes, message) => {
    expect(errorOf(bytes)).toMatch(message);
  });
});
