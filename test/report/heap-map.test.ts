/** The heap map of a recorded run: encoded, printed, parsed and decoded, it is the machine's. */
import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { HeapMapShape, heapMapOf, type SnapshotField } from '../../src/report/heap-map.ts';
import { blockBit, decodeSnapshot } from '../../src/report/heap-map-decode.ts';
import { HistoryShape, historyOf } from '../../src/report/history.ts';
import { strictly } from '../../src/report/schema.ts';
import { MAP_STATE } from '../../src/inspect/heap-map-form.ts';
import { library } from '../support/library.ts';

const recorder = new library.HeapRecorder();
const run = await library.startRuntime({ workload: 'churn', params: { count: 400_000, ring: 3000, threads: 2 }, procs: 2, gogc: 50, heapRecorder: recorder });
const { cycles, memstats } = await run.finished;
const field = strictly(HeapMapShape).parse(JSON.parse(JSON.stringify(heapMapOf(recorder))));
const history = strictly(HistoryShape).parse(JSON.parse(JSON.stringify(historyOf(recorder))));

describe('the heap map of a run', () => {
  it('has the moments of cycles, and the end', () => {
    const moments = field.snapshots.map(({ cycle, moment }) => `${cycle} ${moment}`);
    expect(moments.slice(0, 3)).toEqual(['1 stopped', '1 swept', '1 marked']);
    expect(moments.at(-1)).toBe(`${cycles.length} end`);
    expect(field.cycles).toBe(cycles.length);
    expect(field.snapshots.map(({ atNs }) => atNs)).toEqual(field.snapshots.map(({ atNs }) => atNs).toSorted((a, b) => a - b));
  });

  it('adds up to MemStats at the end', async () => {
    const { spans } = await decodeSnapshot(field, field.snapshots.at(-1)!);
    const bytesIn = (state: number) => spans.pages.reduce((sum, pages, row) => sum + (spans.state[row] === state ? pages * field.pageBytes : 0), 0);
    expect(bytesIn(MAP_STATE.inUse)).toBe(memstats.HeapInuse);
    expect(bytesIn(MAP_STATE.stack)).toBe(memstats.StackInuse);
    expect(bytesIn(MAP_STATE.free)).toBe(memstats.HeapIdle);
    expect(bytesIn(MAP_STATE.unswept)).toBe(0);
    const blocks = spans.allocated.reduce((sum, n) => sum + n, 0);
    expect(blocks).toBeGreaterThan(3000);
    expect(blocks).toBeLessThanOrEqual(memstats.HeapObjects);
  });

  it('has bits that agree with the counts', async () => {
    const marked = field.snapshots.filter(({ moment }) => moment === 'marked');
    let marks = 0;
    for (const snapshot of marked) {
      const { spans, blocks, firstByte } = await decodeSnapshot(field, snapshot);
      spans.marked.forEach((n, row) => {
        if (firstByte[row] < 0) return;
        const count = field.classes[spans.sizeclass[row]].blocks;
        const counted = (bits: Uint8Array) => Array.from({ length: count }, (_, i) => blockBit(bits, firstByte[row], i)).filter(Boolean).length;
        expect([counted(blocks.marked), counted(blocks.allocated)]).toEqual([n, spans.allocated[row]]);
        marks += n;
      });
    }
    expect(marks).toBeGreaterThan(3000);
  });

  const whole = field.snapshots[0];
  const packed = (bytes: number) => deflateSync(new Uint8Array(bytes)).toString('base64');
  it.each<[string, Partial<SnapshotField>, RegExp]>([
    ['too long', { state: packed(1 << 24) }, /has more than \d+ bytes/],
    ['too short', { marked: packed(1) }, /has 1 bytes, not/],
    ['no zlib', { pages: 'AAAA' }, /.*/],
    ['of an unknown state', { state: deflateSync(new Uint8Array(whole.rows).fill(9)).toString('base64') }, /unknown state/],
  ])('is refused if a column is %s', async (_, change, message) => {
    await expect(decodeSnapshot(field, { ...whole, ...change })).rejects.toThrow(message);
  });
});

describe('the history of a run', () => {
  it('has the pauses of all collections, without the time at checkpoints', () => {
    expect(history.pauses.cycle).toEqual(cycles.map(({ numgc }) => numgc));
    expect(history.pauses.durationNs).toEqual(cycles.map(({ pauseNs, checkpointNs }) => pauseNs - checkpointNs));
    const ends = history.pauses.startNs.map((start, i) => start + history.pauses.durationNs[i]);
    history.pauses.startNs.slice(1).forEach((start, i) => expect(start).toBeGreaterThanOrEqual(ends[i]));
    expect(history.endNs).toBeGreaterThanOrEqual(ends.at(-1)!);
    expect(cycles.some(({ checkpointNs }) => checkpointNs > 0)).toBe(true);
  });

  it('has samples in order, the last one of the end', () => {
    const { atNs, allocated, live, goal, arena, inUse } = history.samples;
    expect(atNs).toEqual(atNs.toSorted((a, b) => a - b));
    expect(new Set([atNs, allocated, live, goal, arena, inUse].map(({ length }) => length)).size).toBe(1);
    expect([atNs.at(-1), allocated.at(-1), goal.at(-1)]).toEqual([history.endNs, memstats.HeapAlloc, memstats.NextGC]);
    expect(live[0]).toBeNull();
    expect(live.at(-1)).toBeGreaterThan(0);
    inUse.forEach((bytes, i) => expect(bytes).toBeLessThanOrEqual(arena[i]));
  });
});
