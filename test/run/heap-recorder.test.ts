/** A recorder keeps what it has when a machine fails or is stopped. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { CONFIG, Config } from '../../src/memory/config.ts';
import { Span } from '../../src/heap/span.ts';
import { heapMapOf } from '../../src/report/heap-map.ts';
import { decodeSnapshot } from '../../src/report/heap-map-decode.ts';
import { library } from '../support/library.ts';

const folder = mkdtempSync(join(tmpdir(), 'sweepgen-recorder-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A workload that overwrites the count of allocated blocks of a span. */
function damaging(): string {
  const path = join(folder, 'damages.mjs');
  writeFileSync(path, `
    export default ({ newObject, GOEXIT }) => ({
      name: 'damages', summary: '', params: {}, needs: () => ({ arenaBytes: 1 << 20, globals: 1, goroutines: 1 }), main: { pc: 0, slots: 1 }, args: () => [],
      steps: [
        (m, mp, gp) => {
          const page = (newObject(m, mp, gp, 0, 64, 0) - m[${CONFIG + Config.at.arenaStart}]) >> 11;
          m[m[m[${CONFIG + Config.at.spanMap}] + page] + ${Span.at.nalloc}] = 77;
          return 1;
        },
        () => 2,
        () => GOEXIT,
      ],
    });
  `);
  return path;
}

describe('a recorder', () => {
  it('has the map of a heap that the oracle found broken', async () => {
    const heapRecorder = new library.HeapRecorder();
    const { finished } = await library.startRuntime({ workload: damaging(), procs: 1, gcEvery: 1, verify: true, heapRecorder });
    await expect(finished).rejects.toThrow('the heap is broken');
    const field = heapMapOf(heapRecorder);
    expect(field.snapshots.at(-1)!.moment).toBe('swept');
    const { spans } = await decodeSnapshot(field, field.snapshots.at(-1)!);
    expect([...spans.allocated]).toContain(77);
  });

  it('has the samples of a machine that was stopped', async () => {
    const heapRecorder = new library.HeapRecorder();
    const runtime = await library.startRuntime({
      workload: 'churn', params: { count: 2_000_000_000 }, procs: 1, heapRecorder, onCycle: ({ numgc }) => void (numgc === 3 && runtime.stop()),
    });
    await expect(runtime.finished).rejects.toThrow('stopped');
    expect(heapRecorder.pauses.length).toBeGreaterThanOrEqual(3);
    expect(heapRecorder.samples.length).toBeGreaterThan(0);
    expect(heapRecorder.endNs).toBeGreaterThanOrEqual(heapRecorder.samples.at(-1)!.atNs);
  });

  it('takes no snapshot, and no machine waits, without a recorder', async () => {
    const { cycles } = await (await library.startRuntime({ workload: 'churn', params: { count: 300_000, ring: 1000 }, procs: 2, gogc: 50 })).finished;
    expect(cycles.length).toBeGreaterThan(0);
    expect(cycles.every(({ checkpointNs }) => checkpointNs === 0)).toBe(true);
  });

  it('must be one', async () => {
    await expect(library.startRuntime({ workload: 'churn', heapRecorder: {} as never })).rejects.toThrow('heapRecorder must be a HeapRecorder');
  });
});
