/** Output files: the old content is replaced only by complete content. */
import * as fs from 'node:fs';
import { chmodSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { OutputError, UsageError } from '../../src/base/fatal.ts';
import { checkWritable, checkWritableFolder, streamOutput, watchTemporaries, writeOutput } from '../../src/run/output-file.ts';

vi.mock('node:fs', async (original) => {
  const real = await original<typeof fs>();
  return { ...real, fsyncSync: vi.fn(real.fsyncSync), renameSync: vi.fn(real.renameSync) };
});

/** Simulates a disk that is full when the bytes are flushed. */
function fullDisk(): void {
  vi.mocked(fs.fsyncSync).mockImplementationOnce(() => {
    throw Object.assign(new Error('ENOSPC: no space left on device, fsync'), { code: 'ENOSPC', syscall: 'fsync' });
  });
}

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sweepgen-out-'));
  path = join(folder, 'out.json');
});
afterEach(() => {
  watchTemporaries(() => {});
  rmSync(folder, { recursive: true, force: true });
});

const text = () => readFileSync(path, 'utf8');

describe('a file', () => {
  it('is created, or replaced when the new content is complete', () => {
    writeOutput(path, 'first');
    expect(text()).toBe('first');
    writeOutput(path, Buffer.from('second'));
    expect(text()).toBe('second');
    expect(readdirSync(folder)).toEqual(['out.json']);
  });

  it('keeps its old content when the disk is full, and leaves no temporary file', async () => {
    writeFileSync(path, 'precious');
    for (const write of [() => writeOutput(path, 'new'), () => streamOutput(path, [Readable.from(['new'])])]) {
      fullDisk();
      const error = await Promise.resolve().then(write).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(OutputError);
      expect((error as OutputError).message).toBe(`${path} can't be written: no space is left on the device`);
      expect(text()).toBe('precious');
      expect(readdirSync(folder)).toEqual(['out.json']);
    }
  });

  it('keeps its old content when the source fails, and passes the error on', async () => {
    writeFileSync(path, 'precious');
    function* source(): Generator<string> {
      yield 'a part';
      throw new TypeError('the source is broken');
    }
    await expect(streamOutput(path, [Readable.from(source())])).rejects.toThrow(TypeError);
    expect([text(), readdirSync(folder)]).toEqual(['precious', ['out.json']]);
  });

  it('keeps its old content when the write is aborted', async () => {
    writeFileSync(path, 'precious');
    await expect(streamOutput(path, [Readable.from(['new'])], AbortSignal.abort())).rejects.toThrow();
    expect([text(), readdirSync(folder)]).toEqual(['precious', ['out.json']]);
  });

  it('has the old content until the new content is complete', async () => {
    writeFileSync(path, 'old');
    const seen: string[] = [];
    function* source(): Generator<string> {
      for (const piece of ['a', 'b']) {
        seen.push(text());
        yield piece;
      }
    }
    expect(await streamOutput(path, [Readable.from(source())])).toBe(2);
    expect([seen, text()]).toEqual([['old', 'old'], 'ab']);
  });

  it('keeps its mode', () => {
    writeFileSync(path, 'old');
    chmodSync(path, 0o640);
    writeOutput(path, 'new');
    expect(statSync(path).mode & 0o7777).toBe(0o640);
  });

  it('is found through symbolic links, even if it does not exist', () => {
    const target = join(folder, 'target');
    symlinkSync('target', path);
    for (const content of ['made', 'replaced']) {
      writeOutput(path, content);
      expect([readFileSync(target, 'utf8'), lstatSync(path).isSymbolicLink()]).toEqual([content, true]);
    }
  });

  it('is written in place if it is a mount point', () => {
    writeFileSync(path, 'old');
    vi.mocked(fs.renameSync).mockImplementationOnce(() => {
      throw Object.assign(new Error('EBUSY'), { code: 'EBUSY', syscall: 'rename' });
    });
    writeOutput(path, 'new');
    expect([text(), readdirSync(folder)]).toEqual(['new', ['out.json']]);
  });

  it('announces its temporary file while that exists', () => {
    const told: [boolean, boolean][] = [];
    watchTemporaries((temporary, exists) => void told.push([exists, existsSync(temporary)]));
    writeOutput(path, 'new');
    expect(told).toEqual([[true, false], [false, false]]);
  });
});

describe('a path that is no regular file', () => {
  it('is written directly', () => {
    writeOutput('/dev/null', 'nothing');
    expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
  });

  it('reports a full device', async () => {
    const sentence = "/dev/full can't be written: no space is left on the device";
    expect(() => writeOutput('/dev/full', 'much')).toThrow(new OutputError(sentence));
    await expect(streamOutput('/dev/full', [Readable.from(['much'])])).rejects.toThrow(new OutputError(sentence));
  });
});

describe('the check before the work', () => {
  it.each([
    ['a folder', () => folder, /is a directory; name a file in it/],
    ['a folder that is not there', () => join(folder, 'no/such.json'), /can't be written: there is no directory .*\/no$/],
    ['a file taken for a folder', () => join(path, 'in.json'), /can't be written: a part of the path is no directory/],
  ])('refuses %s', (_, place, says) => {
    writeFileSync(path, '');
    expect(() => checkWritable(place())).toThrow(UsageError);
    expect(() => checkWritable(place())).toThrow(says);
  });

  it('refuses circular links', () => {
    symlinkSync('out.json', path);
    expect(() => checkWritable(path)).toThrow(/its symbolic links form a circle/);
  });

  it('accepts writable paths and creates nothing', () => {
    for (const fine of [path, '/dev/null', '/dev/stdout', '/dev/fd/1']) checkWritable(fine);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('requires an existing folder', () => {
    mkdirSync(join(folder, 'there'));
    checkWritableFolder(join(folder, 'there'));
    expect(() => checkWritableFolder(join(folder, 'not'))).toThrow(/there is no directory .*not; make it first/);
  });
});
