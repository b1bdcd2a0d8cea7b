import { describe, expect, it } from 'vitest';
import { HeapFormatError } from '../../../src/workloads/heaps/format-error.ts';
import { sampled } from '../../support/nightly.ts';
import { HprofWriter, number, smallHeap } from '../../support/hprof-writer.ts';
import { readBytes } from './hprof-feed.ts';

async function messageOf(file: Uint8Array, chunk = 7): Promise<string> {
  const error = await readBytes(file, chunk).then(() => undefined, (reason: unknown) => reason);
  expect(error).toBeInstanceOf(HeapFormatError);
  return (error as Error).message;
}

describe('a damaged file is refused in one sentence', () => {
  const w = (version = '1.0.2', idBytes = 8): HprofWriter => new HprofWriter(version, idBytes);
  const chainOf = (classes: number): HprofWriter => {
    const long = w();
    for (let i = 1; i <= classes; i++) long.classDump(0x100 * i, { superclass: 0x100 * (i + 1) });
    return long.instance(0x10, 0x100);
  };
  it.each<[string, Buffer, string]>([
    ['of another version', w('1.0.9').end().bytes, 'is a Java heap dump of format 1.0.9, and only 1.0.1 to 1.0.3 can be read'],
    ['of no version', Buffer.from('JAVA PROFILE what\0 and more of it'), "is no Java heap dump: it doesn't begin with 'JAVA PROFILE 1.0.N'"],
    ['of a long line', Buffer.from('JAVA PROFILE 1.0.2 and more of it'), "is no Java heap dump: it doesn't begin with 'JAVA PROFILE 1.0.N'"],
    ['with ids of 2 bytes', Buffer.concat([Buffer.from('JAVA PROFILE 1.0.2\0'), number(2, 4), number(0, 8)]), 'ids have 2 bytes instead of 4 or 8 before byte 31, in the header'],
    ['without a heap dump', w().record(0x0e, Buffer.alloc(6)).bytes, 'has no heap dump: it is a profile of something else'],
    ['without the end of its segments', w().segment().bytes, 'is cut off: it ends at byte 40, in a heap dump whose end record is missing'],
    ['with a text without an id', w().record(0x01, Buffer.alloc(5)).end().bytes, 'a text takes 5 bytes, fewer than its id before byte 40, in a text'],
    ['with an endless text', w().record(0x01, Buffer.alloc(5), 2 ** 30).end().bytes, 'a text takes 1073741824 bytes, more than 1048576 before byte 40, in a text'],
    ['with a short class record', w().record(0x02, Buffer.alloc(5)).end().bytes, 'the record takes 5 bytes instead of 24 before byte 40, in the name of a class'],
    ['with a subrecord of no kind', w().sub(0x55).end().bytes, 'there is no subrecord of kind 0x55 before byte 41, in the beginning of a subrecord'],
    ['with an object at 0', w().primitiveArray(0, 'int', 1).end().bytes, 'an object has the id 0 before byte 49, in an array of primitive values'],
    ['with an id beyond 2^53', w().sub(0x23, number(2 ** 30, 4), number(0, 4)).end().bytes, 'an object has the id 0x4000000000000000, and only ids below 2^53 can be read before byte 49, in an array of primitive values'],
    ['with an array of no type', w().sub(0x23, number(16, 8), number(0, 4), number(0, 4), number(3, 1)).end().bytes, 'there is no array of type 3 before byte 58, in an array of primitive values'],
    ['with a field of no type', w().sub(0x20, number(16, 8), Buffer.alloc(56), number(0, 2), number(0, 2), number(1, 2), number(0, 8), number(9 + 9, 1)).end().bytes, 'there is no value of type 18 before byte 120, in a class'],
    ['with too large an instance', w().sub(0x21, number(16, 8), number(0, 4), number(0x100, 8), number(2 ** 31, 4)).end().bytes, 'the fields of an instance take 2147483648 bytes, more than 1048576 before byte 65, in an instance'],
    ['with a class that is its own superclass', w().classDump(0x100, { superclass: 0x200 }).classDump(0x200, { superclass: 0x100 }).instance(0x10, 0x100).end().bytes, 'the class 0x100 has more than 1000 superclasses, or is one of its own'],
    ['with an endless line of classes', chainOf(1100).end().bytes, 'the class 0x100 has more than 1000 superclasses, or is one of its own'],
  ])('%s', async (_, file, message) => {
    expect(await messageOf(file, 1 << 12)).toBe(`test: ${message}`);
    expect(await messageOf(file, 3)).toBe(`test: ${message}`);
  });

  it('too many fields', async () => {
    const fields = Array.from({ length: 65_535 }, () => 'long' as const);
    const file = w().classDump(0x100, { superclass: 0x200, fields }).classDump(0x200, { superclass: 0x300, fields }).classDump(0x300, { fields }).instance(0x10, 0x100).end().bytes;
    expect(await messageOf(file, 1 << 16)).toBe('test: the class 0x100 has more than 1048576 bytes of fields');
  });
});

describe.each([['1.0.1', 4], ['1.0.2', 8]] as const)('a file of format %s', (version, idBytes) => {
  it('is refused wherever it is cut off', async () => {
    const file = smallHeap(version, idBytes).bytes;
    for (const length of sampled([...file.keys()].slice(1), 3)) {
      const part = /^test: (is cut off: it ends at byte (\d+), in [a-z ]+|has no heap dump: it is a profile of something else)$/.exec(await messageOf(file.subarray(0, length), 1 + (length % 97)));
      expect(part, `${length} bytes`).not.toBeNull();
      if (part?.[2] !== undefined) expect(Number(part[2])).toBe(length);
    }
  });
});

describe('the reader of damaged hprof files', () => {
  it('allocates no memory for claimed elements', async () => {
    const file = new HprofWriter().sub(0x22, number(16, 8), number(0, 4), number(2 ** 32 - 1, 4), number(0x100, 8)).segment().bytes;
    expect(await messageOf(file)).toBe('test: is cut off: it ends at byte 65, in the elements of an array');
  });
});
