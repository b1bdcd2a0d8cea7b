/** Heaps that `run` loads from dumps and dumps itself. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { readDump } from '../../src/workloads/heaps/go-dump-decode.ts';
import { writeDump } from '../../src/workloads/heaps/go-dump-encode.ts';
import type { RecordOf } from '../../src/workloads/heaps/go-dump-schema.ts';
import { sweepgen } from '../support/in-process.ts';
import { only } from '../support/heapdump.ts';
import { sampled } from '../support/nightly.ts';

const DUMPS = './test/fixtures/go-dumps';
const folder = mkdtempSync(join(tmpdir(), 'sweepgen-dump-'));
afterAll(() => rmSync(folder, { recursive: true }));

function recordsOf(name: string) {
  const file = readFileSync(join(folder, name));
  return readDump(name.endsWith('.gz') ? gunzipSync(file) : file).records;
}

/** Returns the records of objects, byte for byte. */
function objectsOf(name: string): Uint8Array {
  return writeDump({ minor: 4, records: only(recordsOf(name), 'object') as RecordOf<'object'>[] });
}

describe('a heap dump', () => {
  it.each(sampled([['1.4', 114_936, 215_179, 114_921], ['1.19', 114_748, 214_039, 114_742]] as const, 2))('of Go %s is loaded, collected, dumped and restored in place', async (go, objects, edges, live) => {
    const first = await sweepgen(['run', '--heap', `${DUMPS}/go${go}-indexer.heapdump.gz`, '--heapdump', join(folder, 'first.gz'), '--verify', '--set', 'runs=2', '--json']);
    expect([first.code, first.err]).toEqual([0, '']);
    const document = JSON.parse(first.out);
    expect(document).toMatchObject({
      workload: 'collect',
      heap: { objects, edges, reachable: live, unreachable: objects - live, freed: objects - live, inUse: 0, inPlace: false },
      heapdump: { objects: live + 1 },
    });
    expect(document.memstats.HeapObjects).toBe(live + 1);

    const second = await sweepgen(['run', '--heap', join(folder, 'first.gz'), '--heapdump', join(folder, 'second'), '--set', 'runs=2', '--json']);
    expect(JSON.parse(second.out).heap).toMatchObject({ objects: live + 1, reachable: live + 1, freed: 0, inPlace: true });
    expect(Buffer.from(objectsOf('second')).equals(objectsOf('first.gz'))).toBe(true);
  });

  it('names goroutines and frames after the steps of the program', async () => {
    const { code } = await sweepgen(['run', 'cache', '--procs', '2', '--heapdump', join(folder, 'cache')]);
    expect(code).toBe(0);
    const names = only(recordsOf('cache'), 'frame').map((frame) => frame.function);
    // The finalizer goroutine may be at any of its steps.
    expect(names.some((name) => ['runtime.runfinq', 'runtime.runBlock', 'runtime.afterBlocks'].includes(name)), names.join(' ')).toBe(true);
    expect(only(recordsOf('cache'), 'goroutine').map(({ isSystem }) => isSystem)).toContain(true);
    expect(only(recordsOf('cache'), 'thread')).toHaveLength(2);
  });
});

describe('bad input ends with exit code 2 and one sentence', () => {
  const cut = join(folder, 'cut.heapdump');
  writeFileSync(cut, gunzipSync(readFileSync(`${DUMPS}/go1.4-indexer.heapdump.gz`)).subarray(0, 1_000_000));
  it.each([
    ['a dump that is cut off', ['run', '--heap', cut], /^sweepgen: cut\.heapdump: is cut off: it ends at byte 1000000, in an object\n$/],
    ['a dump that is not there', ['run', '--heap', './nowhere.gz'], /^sweepgen: nowhere\.gz: cannot be read: .*\n$/],
    ['a folder that is not there', ['run', 'churn', '--heapdump', './nowhere/out'], /^sweepgen: \.\/nowhere\/out can't be written: .*\n$/],
    ['a folder in place of a file', ['run', 'churn', '--heapdump', folder], /^sweepgen: .* is a directory; name a file in it\n$/],
  ])('%s', async (_, words, says) => {
    const { code, out, err } = await sweepgen(words);
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(says);
  });
});
