/** What is recorded of a predicted mark agrees with its counters, and recording changes no prediction. */
import { describe, expect, it } from 'vitest';
import { buildModelHeap } from '../../src/model/heap.ts';
import { loadModelCore } from '../../src/model/load.ts';
import type { Activity } from '../../src/model/mark-recorder.ts';
import { MACHINES } from '../../src/model/machines.ts';
import { predictMark, type Predicted } from '../../src/model/predict.ts';
import { predictedTimeline } from '../../src/report/predicted-timeline.ts';
import type { Timeline } from '../../src/report/timeline.ts';
import { TimelineShape } from '../../src/report/timeline-shape.ts';
import { strictly } from '../../src/report/schema.ts';
import { encodeTrace } from '../../src/report/trace-file.ts';
import { readTrace } from '../support/read-trace.ts';

const core = await loadModelCore();
const machine = MACHINES[0];
const PARAMS: Readonly<Record<string, Record<string, number>>> = { tree: { depth: 13 }, list: { count: 2000 }, wide: { count: 4000 }, rand: { count: 4000 } };

async function predictBoth(graph: string, procs: number, policy: 'go1.3' | 'tuned' | 'lab', unpadded = false): Promise<[recorded: Predicted, plain: Predicted]> {
  const heap = await buildModelHeap({ workload: graph, params: PARAMS[graph], procs, policy });
  const options = { core, machine, heap, unpadded };
  const recorded = predictMark({ ...options, records: true }, procs);
  return [recorded, predictMark(options, procs)];
}

function sumOf({ activity }: Predicted, ...names: Activity[]): number {
  return activity!.slices.filter((slice) => names.includes(slice.activity)).reduce((sum, { startNs, endNs }) => sum + endNs - startNs, 0);
}

const CASES = (['go1.3', 'tuned', 'lab'] as const).flatMap((policy) => Object.keys(PARAMS).flatMap((graph) => [1, 2, 7].map((procs) => [graph, procs, policy] as const)));

describe.each(CASES)('a recorded mark of %s by %i threads with the %s loop', (graph, procs, policy) => {
  const both = predictBoth(graph, procs, policy, procs === 7);

  it('is predicted as without recording', async () => {
    const [{ activity, ...recorded }, { activity: none, ...plain }] = await both;
    expect(activity).toBeDefined();
    expect(none).toBeUndefined();
    expect(recorded).toEqual(plain);
  });

  it('takes as long in roots and in waits as the counters say', async () => {
    const [recorded] = await both;
    const { rootNs, waitNs, scanNs } = recorded;
    // A counter's time begins and ends at reads of the clock, a slice at the access beside it.
    const close = (one: number, other: number) => Math.abs(one - other) < 0.05 * Math.max(one, other) + 1000 * procs;
    expect([close(sumOf(recorded, 'roots'), rootNs), sumOf(recorded, 'roots'), rootNs]).toContain(true);
    expect([close(sumOf(recorded, 'getfull spin', 'getfull yield', 'getfull sleep'), waitNs), sumOf(recorded, 'getfull spin', 'getfull yield', 'getfull sleep'), waitNs]).toContain(true);
    expect([close(sumOf(recorded, 'scan'), scanNs), sumOf(recorded, 'scan'), scanNs]).toContain(true);
  });

  it('has a flow for each theft, and a flow for each buffer that changed its thread', async () => {
    const [{ activity, steal, handoff }] = await both;
    const kinds = activity!.flows.map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'steal').length).toBe(steal);
    if (procs === 1) expect(kinds).toEqual([]);
    // A thread may take back what it has published.
    if (handoff > 20) expect(kinds).toContain('handoff');
    if (policy === 'go1.3') expect(activity!.slices.filter((slice) => slice.activity === 'handoff')).toHaveLength(handoff);
    expect(activity!.dropped).toBe(0);
    for (const { from, to } of activity!.flows) {
      expect(to.atNs).toBeGreaterThanOrEqual(from.atNs);
      expect(to.lane).not.toBe(from.lane);
    }
  });

  it('becomes a timeline whose trace files are read back whole', async () => {
    const [recorded] = await both;
    const timeline = predictedTimeline(graph, [recorded])!;
    expect(strictly(TimelineShape).safeParse(timeline).error).toBeUndefined();
    expect(timeline.lanes).toHaveLength(procs);
    for (const lane of timeline.lanes) checkNesting(lane);
    for (const path of ['x.pftrace', 'x.json']) {
      const [{ threads, flows }] = readTrace(encodeTrace([timeline], path), path);
      expect(threads.map(({ slices }) => slices.length)).toEqual(timeline.lanes.map(({ kind }) => kind.length));
      expect(flows).toHaveLength(timeline.flows.length);
    }
  });

  it('gathers each root once', async () => {
    const [{ activity }] = await both;
    const roots = activity!.slices.filter((slice) => slice.activity === 'root').map(({ detail }) => detail).toSorted((a, b) => a - b);
    expect(roots).toEqual(roots.map((_, i) => i));
    expect(roots.length).toBeGreaterThanOrEqual(5);
  });
});

/** Each slice lies within the one around it. */
function checkNesting({ startNs, durationNs }: Timeline['lanes'][number]): void {
  const open: number[] = [];
  for (const [i, start] of startNs.entries()) {
    while (open.length > 0 && open[open.length - 1] <= start) open.pop();
    const end = start + durationNs[i];
    expect(durationNs[i]).toBeGreaterThanOrEqual(0);
    expect(end).toBeLessThanOrEqual(open.at(-1) ?? Infinity);
    open.push(end);
  }
}
