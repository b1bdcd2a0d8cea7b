/** `stress --record`: the heap of the round that failed. */
import { describe, expect, it } from 'vitest';
import { HeapBroken } from '../../../src/run/errors.ts';
import { HeapRecorder } from '../../../src/run/heap-recorder.ts';
import { cli, cycleOf, resultOf } from '../fakes.ts';

describe('stress', () => {
  it('records the round that failed', async () => {
    let round = 0;
    const { out, started } = await cli('stress churn --seed 7 --json --record', ({ heapRecorder, onCycle }) => {
      onCycle?.(cycleOf());
      heapRecorder?.cycle(cycleOf({ numgc: 1, endNs: 5e6, pauseNs: 2e6, checkpointNs: 5e5 }));
      return round++ < 2 ? resultOf() : new HeapBroken('FREELIST_COUNT', ['FREELIST_COUNT: span 3']);
    });
    const document = JSON.parse(out) as { readonly recorded: object; readonly failed: object; readonly history: { readonly pauses: object } };
    expect(document.failed).toMatchObject({ round: 2 });
    expect(document.recorded).toEqual({ round: 2, workload: 'churn' });
    expect(document.history.pauses).toEqual({ cycle: [1], startNs: [3e6], durationNs: [1.5e6], allocated: [0] });
    expect(started.map(({ heapRecorder }) => heapRecorder instanceof HeapRecorder)).toEqual([true, true, true]);
    expect(new Set(started.map(({ heapRecorder }) => heapRecorder)).size).toBe(3);
  });

  it('runs the collector that was chosen, and says how to repeat a round with it', async () => {
    const { out, started } = await cli('stress churn --seed 7 --json --collector concurrent --barrier hybrid --stacks once', () => new HeapBroken('X', ['X: y']));
    expect(started[0]).toMatchObject({ collector: 'concurrent', barrier: 'hybrid', stacks: 'once', verify: true });
    expect((JSON.parse(out) as { readonly failed: { readonly repeat: string } }).failed.repeat).toContain(' --collector concurrent --barrier hybrid --stacks once ');
    expect((await cli('stress churn --seed 7 --json', () => new HeapBroken('X', ['X: y']))).started[0].collector).toBeUndefined();
  });

  it('records nothing without --html and --record', async () => {
    const { out, started } = await cli('stress churn --seed 7 --json', () => new HeapBroken('X', ['X: y']));
    expect(JSON.parse(out)).not.toHaveProperty('history');
    expect(started[0].heapRecorder).toBeUndefined();
  });
});
