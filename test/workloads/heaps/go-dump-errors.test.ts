import { describe, expect, it } from 'vitest';
import { EXIT } from '../../../src/base/fatal.ts';
import { HeapFormatError } from '../../../src/workloads/heaps/format-error.ts';
import { readGoDump } from '../../../src/workloads/heaps/go-dump.ts';
import { readDump } from './go-dump-feed.ts';
import { DumpWriter, HEAP } from './go-dump-writer.ts';

const dump = (minor = 7): DumpWriter => new DumpWriter(minor).params();

async function errorOf(bytes: Uint8Array, chunk?: number): Promise<string> {
  const error = await readDump(bytes, chunk).then(() => undefined, (reason: unknown) => reason);
  expect(error).toBeInstanceOf(HeapFormatError);
  expect((error as HeapFormatError).exitCode).toBe(EXIT.usage);
  return (error as Error).message;
}

describe('a dump is refused', () => {
  it.each<[string, Uint8Array, RegExp]>([
    ['that is empty', Buffer.alloc(0), /^test: is cut off: it ends at byte 0, in the header$/],
    ['with another beginning', Buffer.from('go1.x heap dump\n'), /^test: is no Go heap dump: it doesn't begin with 'go1.N heap dump'$/],
    ['of a format to come', new DumpWriter(12).eof().bytes, /^test: is a Go heap dump of format 1\.12, and only 1\.3 to 1\.7 can be read$/],
    ['of a format before', new DumpWriter(2).eof().bytes, /format 1\.2,/],
    ['without parameters', new DumpWriter(7).eof().bytes, /^test: has no parameters, with which a Go heap dump begins$/],
    ['with an object before the parameters', new DumpWriter(7).object(HEAP, 8).eof().bytes, /^test: the parameters have not come yet before byte \d+, in an object$/],
    ['with parameters twice', dump().params().eof().bytes, /^test: the parameters come twice before byte \d+, in the parameters$/],
    ['with pointers of two bytes', new DumpWriter(7, { ptrSize: 2 as 4 }).params().eof().bytes, /pointers have 2 bytes instead of 4 or 8/],
    ['with an unknown record', dump().u(18).eof().bytes, /^test: there is no record of kind 18 before byte \d+, in the beginning of a record$/],
    ['with a number of 71 bits', dump().u(1, 2n ** 70n).eof().bytes, /^test: a number is longer than 64 bits before byte \d+, in an object$/],
    ['with a number of 65 bits', dump().u(1, 2n ** 64n).eof().bytes, /a number is longer than 64 bits/],
    ['with an object of 2^40 bytes', dump().u(1, HEAP, 2 ** 40).eof().bytes, /^test: the object takes 1099511627776 bytes, more than 549755813888 before/],
    ['with a name of 2 GB', dump().u(3, 1, 8, 2 ** 31).eof().bytes, /the type's name takes 2147483648 bytes, more than 1048576/],
    ['with an object that goes on behind the end', dump().u(1, HEAP, 2 ** 30).eof().bytes, /is cut off: it ends at byte \d+, in an object$/],
    ['with a pointer beyond its object', dump().object(HEAP, 16, {}, [['ptr', 16]]).eof().bytes, /^test: a pointer at offset 16 doesn't fit into 16 bytes before/],
    ['with a pointer partly beyond', dump().object(HEAP, 16, {}, [['ptr', 9]]).eof().bytes, /a pointer at offset 9 doesn't fit/],
    ['with an interface partly beyond', dump(4).object(HEAP, 16, {}, [['iface', 8]]).eof().bytes, /a pointer at offset 8 doesn't fit/],
    ['with a pointer far beyond', dump().u(1, HEAP).s('12345678').u(1, 2n ** 64n - 8n).eof().bytes, /doesn't fit into 8 bytes/],
    ['with more fields than words', dump().object(HEAP, 8, {}, [['ptr', 0], ['ptr', 0]]).eof().bytes, /there are more than 1 fields in 8 bytes/],
    ['with a field kind of another format', dump().u(1, HEAP).s('12345678').u(2, 0).eof().bytes, /there is no field kind 2 in format 1\.7/],
    ['with overlapping objects', dump().object(HEAP + 24, 16).object(HEAP, 32).eof().bytes, /^test: the objects at 0xc000000000 and 0xc000000018 overlap$/],
    ['with an object twice', dump().object(HEAP, 16).object(HEAP, 16).eof().bytes, /the objects at 0xc000000000 and 0xc000000000 overlap/],
    ['with two empty objects in one place', dump().object(HEAP, 0).object(HEAP, 0).eof().bytes, /overlap/],
    ['with an object at 0', dump().object(0, 16).eof().bytes, /an object lies at address 0/],
    ['with an object at the end of all addresses', dump().u(1, 2n ** 64n - 16n).s('').u(0).eof().bytes, /the object's address is 2\^53 or more/],
    ['with a truth value of 2', dump().u(3, 1, 8).s('T').u(2).eof().bytes, /a truth value is 2 instead of 0 or 1/],
    ['with too deep a profile', dump().u(16, 1, 8, 2 ** 40).eof().bytes, /the profile has 1099511627776 frames, more than 4096/],
    ['without an end', dump().object(HEAP, 8).bytes, /is cut off: it ends at byte \d+, in the beginning of a record$/],
    ['with an object of an unknown type', dump(3).typed(HEAP, 0x1000, 0, 8).eof().bytes, /the object's type 0x1000 has not been described/],
    ['with an array of no type', dump(3).typed(HEAP, 0, 1, 8).eof().bytes, /type 0x0 has not been described/],
    ['with an unknown layout', dump(3).type(0x1000, 8, true).typed(HEAP, 0x1000, 3, 8).eof().bytes, /there is no object of kind 3/],
    ['with an object smaller than its type', dump(3).type(0x1000, 16, true).typed(HEAP, 0x1000, 0, 8).eof().bytes, /the object has 8 bytes, too few for its type/],
    ['with a channel smaller than its header', dump(3).type(0x1000, 8, true).typed(HEAP, 0x1000, 2, 64).eof().bytes, /the object has 64 bytes, too few/],
    ['with a pointer beyond its type', dump(3).type(0x1000, 8, true, [['ptr', 8]]).eof().bytes, /doesn't fit into 8 bytes/],
  ])('%s', async (_, bytes, message) => {
    expect(await errorOf(bytes)).toMatch(message);
    expect(await errorOf(bytes, 1)).toMatch(message);
  });
});

describe('the reader of Go dumps', () => {
  it('accepts numbers in more bytes than they need', async () => {
    const image = await readDump(dump().u(1).raw('\x88\x80\x80\x80\x80\x80\x80\x80\x80\x01').u(0, 0).eof().bytes).catch((error: Error) => error.message);
    expect(image).toMatch(/2\^53/); // 2^63 + 8 was read as such
    expect(await readDump(dump().raw('\x81\x00').u(8, 0, 0).eof().bytes)).toMatchObject({ objects: 1 });
  });

  it('allocates no memory for a claimed size until bytes arrive', async () => {
    const before = process.memoryUsage().arrayBuffers;
    let most = 0;
    async function* source(): AsyncGenerator<Uint8Array> {
      yield dump().u(1, HEAP, 2 ** 31).bytes;
      for (let i = 0; i < 20; i++) {
        yield Buffer.alloc(1000);
        most = Math.max(most, process.memoryUsage().arrayBuffers - before);
      }
    }
    await expect(readGoDump(source())).rejects.toThrow(/is cut off/);
    expect(most).toBeLessThan(1 << 20);
  });

  it('closes the source wherever the reading stops, and passes its errors on', async () => {
    let closed = 0;
    async function* source(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
      try {
        yield bytes;
        throw new RangeError('disk on fire');
      } finally {
        closed++;
      }
    }
    await expect(readGoDump(source(dump().u(99).bytes))).rejects.toThrow(HeapFormatError);
    await expect(readGoDump(source(dump().bytes))).rejects.toThrow(new RangeError('disk on fire'));
    expect(closed).toBe(2);
  });
});
