/** The end of marking: helpers report done, round after round, with more helpers and with fewer. */
import { bootWithoutHeap, noHeapShape, perThread } from './no-heap.ts';
import { procsKnob, type Scenario } from './scenario.ts';

/** Returns the helping Ms of each round: all, one, all, another, all. */
function roundsOf(procs: number): readonly (readonly number[])[] {
  const all = Array.from({ length: procs - 1 }, (_, i) => i + 1);
  return [all, [all.at(-1)!], all, [all[0]], all];
}

export const helpersDone: Scenario = {
  name: 'helpers-done',
  summary: 'helpers report done, round after round, while the next round may have fewer helpers',
  knobs: [procsKnob(3, 4, 2)],
  shape: noHeapShape,
  prepare(core, { knobs }) {
    const rounds = roundsOf(knobs.procs);
    return perThread(knobs, bootWithoutHeap(core, noHeapShape(knobs)), (m, i) => core.runHelpers(m, i, rounds), () => '');
  },
};
