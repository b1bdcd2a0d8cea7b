import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { HeapFormatError } from '../../../src/workloads/heaps/format-error.ts';
import { openHeapFile } from '../../../src/workloads/heaps/open-heap.ts';
import { churn } from '../../../src/workloads/churn.ts';
import { dumpOf } from '../../support/heapdump.ts';
import { smallHeap } from '../../support/hprof-writer.ts';
import { runOnOneP } from '../../support/machine.ts';
import { tiny } from './feed.ts';
import { smallDump } from './go-dump-writer.ts';

const folder = mkdtempSync(join(tmpdir(), 'sweepgen-go-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(content: string | Uint8Array, name = 'heap'): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const go = smallDump(7).bytes;
const v8 = JSON.stringify(tiny());
const java = smallHeap().bytes;

describe('openHeapFile recognises by its content', () => {
  it.each<[string, string | Uint8Array, object]>([
    ['a Go dump', go, { objects: 9, format: '1.7' }],
    ['a Go dump in gzip', gzipSync(go), { objects: 9, format: '1.7' }],
    ['a Go dump in two parts of gzip', Buffer.concat([gzipSync(go.subarray(0, 300)), gzipSync(go.subarray(300))]), { objects: 9 }],
    ['a V8 snapshot', v8, { objects: 3, weakEdges: 1 }],
    ['a V8 snapshot in gzip', gzipSync(v8), { objects: 3, weakEdges: 1 }],
    ['a V8 snapshot behind white space', `\n ${v8}`, { objects: 3 }],
    ['a Java dump', java, { objects: 12, format: '1.0.2' }],
    ['a Java dump in gzip', gzipSync(java), { objects: 12, idBytes: 8 }],
    ['a V8 snapshot behind a byte order mark', `\ufeff${v8}`, { objects: 3 }],
    ['a V8 snapshot behind a byte order mark in gzip', gzipSync(`\ufeff${v8}`), { objects: 3 }],
  ])('%s', async (_, content, image) => {
    const seen: [number, number | undefined][] = [];
    expect(await openHeapFile(file(content), (...args) => seen.push(args))).toMatchObject({ ...image, name: 'heap' });
    const size = Buffer.from(content as string).length;
    expect(seen.at(-1)).toEqual([size, size]);
  });
});

describe('openHeapFile refuses in one sentence', () => {
  const zipped = gzipSync(go);
  const flipped = Buffer.from(zipped);
  flipped[zipped.length - 6] ^= 1; // its checksum
  it.each<[string, string | Uint8Array, RegExp]>([
    ['an empty one', '', /^heap: is empty$/],
    ['a text', 'hello', /^heap: is no V8 heap snapshot, no Go heap dump and no Java heap dump: it begins with 'h'$/],
    ['a text in UTF-16', Buffer.from(`\ufeff${v8}`, 'utf16le'), /^heap: is text in UTF-16: save it as UTF-8$/],
    ['a text in gzip', gzipSync('hello'), /^heap: is no V8 heap snapshot, no Go heap dump and no Java heap dump: it begins with 'h'$/],
    ['nothing in gzip', gzipSync(''), /^heap: is empty$/],
    ['gzip in gzip', gzipSync(zipped), /^heap: is compressed twice: gunzip it once$/],
    ['a gzip stream that is cut off', zipped.subarray(0, zipped.length - 20), /^heap: is cut off: its gzip stream has no end$/],
    ['a gzip stream that begins and ends', zipped.subarray(0, 4), /^heap: is cut off: its gzip stream has no end$/],
    ['a damaged gzip stream', flipped, /^heap: is damaged: gzip says 'incorrect data check'$/],
    ['a gzip stream of another method', Buffer.from([0x1f, 0x8b, 9, 0, 0, 0]), /^heap: is damaged: gzip says 'unknown compression method'$/],
    ['a dump that is cut off, in gzip', gzipSync(go.subarray(0, 500)), /^heap: is cut off: it ends at byte 500, in [a-z ]+$/],
    ['a Java dump that is cut off, in gzip', gzipSync(java.subarray(0, 500)), /^heap: is cut off: it ends at byte 500, in [a-z ]+$/],
    ['a dump of a format to come', 'go1.99 heap dump\n', /^heap: is a Go heap dump of format 1\.99, and only/],
  ])('%s', async (_, content, message) => {
    const error = await openHeapFile(file(content)).then(() => undefined, (reason: unknown) => reason);
    expect(error).toBeInstanceOf(HeapFormatError);
    expect((error as Error).message).toMatch(message);
  });

  it('a file whose name has control characters, with an escaped name', async () => {
    const error = await openHeapFile(join(folder, '\x1b[31mred')).catch((reason: Error) => reason);
    expect((error as Error).message).toMatch(/^\\x1b\[31mred: cannot be read: ENOENT/);
    expect((error as Error).message).not.toContain('\x1b');
  });

  it('a folder and a missing file', async () => {
    await expect(openHeapFile(folder)).rejects.toThrow(/cannot be read: it is a directory/);
    await expect(openHeapFile(join(folder, 'nowhere'))).rejects.toThrow(/nowhere: cannot be read: ENOENT/);
  });
});

describe('a dump of this machine', () => {
  const own = Buffer.from(dumpOf(runOnOneP(churn, { count: 1000, ring: 100 }).m));

  it.each<[string, Uint8Array]>([['as it is', own], ['in gzip', gzipSync(own)]])('%s, is read again for the contents of its objects', async (_, content) => {
    const path = file(content);
    const { places } = await openHeapFile(path);
    for (let time = 0; time < 2; time++) {
      const pieces: Buffer[] = [];
      for await (const piece of places!.contents.bytes()) pieces.push(Buffer.from(piece));
      expect(Buffer.concat(pieces).equals(own)).toBe(true);
    }
    rmSync(path);
    await expect(places!.contents.bytes()[Symbol.asyncIterator]().next()).rejects.toThrow(/^heap: cannot be read: ENOENT/);
  });

  it('from a pipe is read only once', async () => {
    const path = join(folder, 'pipe');
    execFileSync('mkfifo', [path]);
    const [image] = await Promise.all([openHeapFile(path), writeFile(path, own)]);
    expect(image.objects).toBeGreaterThan(100);
    expect(image.places).toBeUndefined();
  });
});
