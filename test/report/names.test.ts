/** Names from files and users are printed on one line, cut, and without control characters. */
import { describe, expect, it } from 'vitest';
import { TRACE } from '../../src/malloc/trace.ts';
import { MACHINES } from '../../src/model/machines.ts';
import { describeMachine } from '../../src/cli/commands/calibrate.ts';
import { formatHeapFacts } from '../../src/report/heap-facts.ts';
import { formatHeapProfile } from '../../src/report/heap-text.ts';
import { comparePrediction } from '../../src/report/prediction-compare.ts';
import { describeMachineOf, describePrediction, explainPrediction, type Prediction } from '../../src/report/prediction.ts';
import { describeHeap } from '../../src/report/scale-table.ts';
import { scaleSvg } from '../../src/report/scale-svg.ts';
import { formatSummary } from '../../src/report/summary.ts';
import { formatTrace } from '../../src/inspect/trace.ts';
import { image, memstats, resultOf } from '../cli/fakes.ts';
import { scalingOf } from '../support/scaling.ts';

const BAD = `\u001b[31m\u202e\n${'x'.repeat(5000)}`;

const facts = {
  format: BAD, roots: { data: 0, bss: 0, frames: 0, finalizers: 0, other: 0 },
  goroutines: { count: 1, frames: 1, waiting: [{ reason: BAD, count: 1 }] }, by: 'type' as const, groups: [{ name: BAD, objects: 1, bytes: 8 }],
};
const machine = { ...MACHINES[0], name: BAD, about: BAD };
const predicted = { procs: 4, markNs: 1, objectsMarked: 1 } as Prediction['results'][number];
const prediction: Prediction = { heap: { name: BAD, objects: 1, bytes: 8 }, policy: 'go1.3', machine, results: [predicted], unpadded: false };
const stack = [{ address: 1, name: BAD, file: BAD }];

function messageOf(throws: () => unknown): string {
  try {
    throws();
  } catch (error) {
    return (error as Error).message;
  }
  return '';
}

describe('a name from a file', () => {
  it.each<[string, () => readonly string[]]>([
    ["a heap's name", () => [describeHeap(scalingOf({ 1: 1 }, { heap: { name: BAD, objects: 1, bytes: 1, spans: 1 } }))]],
    ["a heap's types, goroutines and format", () => formatHeapFacts({ ...image, facts })],
    ['a workload and a file in the summary', () => formatSummary({ workload: BAD, procs: 1, gogc: 100, seed: 1 }, resultOf({ heapdump: { path: BAD, objects: 1, bytes: 1 } }))],
    ['steps and files in a profile', () => formatHeapProfile({ rate: 1, records: [{ bytes: 8, allocs: 1, frees: 0, stack }] }, memstats)],
    ['steps in a trace', () => [formatTrace({ kind: TRACE.alloc, p: 1, size: 1, goid: 1, status: 1, waitreason: 0, pcs: [0], elided: 0 }, [BAD], 2)]],
    ['a machine that is predicted for', () => [describePrediction(prediction), describeMachineOf(prediction), ...explainPrediction(prediction)]],
    ['a machine that was measured', () => describeMachine(machine)],
    ['a file that is compared with', () => [messageOf(() => comparePrediction({ path: BAD, command: 'scale', heap: { name: BAD, objects: 9 }, results: [] }, prediction))]],
  ])('%s', (_, linesOf) => {
    const lines = linesOf();
    expect(lines.join('')).toContain('\\x1b[31m\\u202e\\x0ax');
    // A tab is a column of Go's profile.
    for (const line of lines) expect(line).not.toMatch(/[^\P{C}\t]/u);
    for (const line of lines) expect(line.length).toBeLessThan(1200);
  });

  it('is escaped and cut in a drawing', () => {
    const svg = scaleSvg(scalingOf({ 1: 1 }, { heap: { name: BAD, objects: 1, bytes: 1, spans: 1 }, predictedFor: BAD }));
    expect(svg).not.toMatch(/[^\P{C}\n]/u);
    expect(svg.match(/x{130}/)).toBeNull();
  });
});
