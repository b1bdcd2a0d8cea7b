/** The parallel loop: each iteration runs exactly once, even if it is stolen. */
import { runAlone } from '../alone.ts';
import { bootWithoutHeap, noHeapShape, ownWord, perThread } from './no-heap.ts';
import { MARKFOR, ParFor } from '../../sync/parfor.ts';
import { ITERATION, parforFirstOf, parforRanBy } from './programs/parfor.ts';
import { procsKnob, type Knobs, type Scenario } from './scenario.ts';

function parfor(name: string, summary: string, procs: readonly number[], iterations: readonly number[], wait: boolean): Scenario {
  return {
    name,
    summary,
    knobs: [procsKnob(...procs), { name: 'iterations', summary: 'iterations of the loop', values: iterations }],
    shape: parforShape,
    prepare(core, { knobs }) {
      const template = bootWithoutHeap(core, parforShape(knobs));
      runAlone(core, core.buildParFor(template, knobs.procs, knobs.iterations, wait));
      return perThread(knobs, template, (m, i) => core.runParFor(m, i), (m) => checkIterations(m, knobs) || checkSteals(m, knobs));
    },
  };
}

function parforShape(knobs: Knobs) {
  return noHeapShape(knobs, { bssWords: 64 });
}

/**
 * Compares the counted steals with those that took place. In a range of two iterations only one can be
 * stolen, and only once. The first iteration that an M runs is the first of its own range.
 */
function checkSteals(m: Int32Array, { procs, iterations }: Knobs): string {
  if (iterations > 2 * procs) return '';
  const begins = Array.from({ length: procs + 1 }, (_, tid) => Math.floor((iterations * tid) / procs));
  const rangeOf = (i: number) => begins.findLastIndex((begin) => begin <= i);
  let stolen = 0;
  for (let i = 0; i < iterations; i++) {
    const first = m[ownWord(m, parforFirstOf(m[ownWord(m, parforRanBy(i))] - 1))] - 1;
    if (rangeOf(first) !== rangeOf(i)) stolen++;
  }
  const [nsteal, nstealcnt] = [m[MARKFOR + ParFor.at.xnsteal], m[MARKFOR + ParFor.at.xnstealcnt]];
  return nsteal === stolen && nstealcnt === stolen ? '' : `STEALS_COUNTED: ${stolen} iterations were stolen one by one, but ${nsteal} steals of ${nstealcnt} iterations count`;
}

/** Every iteration has run when all Ms have returned. */
function checkIterations(m: Int32Array, { iterations }: Knobs): string {
  const missing = Array.from({ length: iterations }, (_, i) => i).filter((i) => m[ownWord(m, i)] !== ITERATION.over);
  return missing.length === 0 ? '' : `ITERATIONS_LOST: ${missing.join(', ')} of ${iterations} never ran`;
}

export const parforMany = parfor('parfor', 'a parallel loop whose iterations are stolen, as in the collector', [3, 2, 4], [13, 8, 6, 4], false);
export const parforFew = parfor('parfor-few', 'a parallel loop with fewer iterations than threads', [3, 2, 4], [2, 1, 0, 3], false);
/** Each steal takes one iteration, so that steals can be counted. */
export const parforPairs = parfor('parfor-pairs', 'a parallel loop with two iterations for each thread: one of them can be stolen', [3, 2, 4], [6, 4, 8], false);
export const parforWait = parfor('parfor-wait', 'a parallel loop that returns when all iterations are done', [2, 3, 4], [16, 7, 4, 2, 1, 0], true);

export const parforIdle: Scenario = {
  name: 'parfor-idle',
  summary: 'a parallel loop in which threads that count as done find work after all',
  knobs: [procsKnob(2, 3, 4), { name: 'iterations', summary: 'iterations of the loop', values: [2, 4, 8] }],
  shape: parforShape,
  prepare(core, { knobs }) {
    const template = bootWithoutHeap(core, parforShape(knobs));
    runAlone(core, core.buildParForLate(template, knobs.procs, knobs.iterations));
    return perThread(knobs, template, (m, i) => core.runParForLate(m, i), (m) => checkIterations(m, knobs));
  },
};
