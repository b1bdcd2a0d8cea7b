/** Run queues: the owner puts and gets, other Ms steal, and a full queue spills to the global one. */
import { CONFIG, Config } from '../../memory/config.ts';
import { G } from '../../machine/g.ts';
import { P, RUNQ_CAP, pAt } from '../../machine/p.ts';
import { SCHED, Sched } from '../../machine/sched.ts';
import { perM } from './per-m.ts';
import { RUNQ_GS } from './programs/runq.ts';
import type { Operation, Operations } from './operation.ts';
import type { Scenario, Setting } from './scenario.ts';

const HEADS = [0, 0x7ffffffe];

type Program = (i: number, procs: number, filled: number) => readonly Operation[];

function runqScenario(name: string, summary: string, filled: readonly number[], program: Program = operationsOf): Scenario {
  return perM({
    name,
    summary,
    procs: [3, 2],
    knobs: [
      { name: 'filled', summary: 'goroutines on the queue of P 0 at the start', values: filled },
      { name: 'head', summary: 'first index of the rings; the indices may overflow from there', values: HEADS },
    ],
    shape: () => ({ bssWords: 2 * RUNQ_GS }),
    operations: ({ procs, filled: first }) => Array.from({ length: procs }, (_, i) => program(i, procs, first)),
    build: (core, m, m0, { knobs: { filled: n, head } }) => core.buildRunq(m, m0, n, head),
    run: (core, m, i, operations) => core.runRunq(m, i, operations),
    check: checkTakenOnce,
    withoutOracle: true,
  });
}

function operationsOf(i: number, procs: number, filled: number): readonly Operation[] {
  const first = filled + 8 * i;
  const others: readonly Operation[] = [
    ['steal', 0],
    ['get'],
    ['put', first],
    ['steal', (i + 1) % procs],
    ['put-global', first + 1],
    ['steal', 0],
    ['get-global', 0],
  ];
  if (i > 0) return others;
  return [['put', first], ['put', first + 1], ['get'], ['put', first + 2], ['get-global', 1], ['get'], ['put', first + 3], ['get']];
}

/** A full local queue spills goroutines that came from the global queue, which other Ms change meanwhile. */
function spilling(i: number, _procs: number, filled: number): readonly Operation[] {
  const first = filled + 8 * i;
  // A last put on the global queue would repair a link that a spill has left behind.
  if (i > 0) return [['put-global', first], ['get-global', 0], ['get-global', 0], ['steal', 0]];
  return [['put-global', first], ['put-global', first + 1], ['global-first', 1], ['requeue'], ['global-first', 1], ['put', first + 2], ['get-global', 0]];
}

/** Each goroutine that was put on a queue was taken exactly once, or is still on one. */
function checkTakenOnce(m: Int32Array, results: readonly unknown[], { knobs, operations }: Setting): string {
  const broken = checkGlobalEnd(m);
  if (broken !== '') return broken;
  const bss = m[CONFIG + Config.at.bss];
  const seen = new Map<number, number>();
  for (const g of [...(results as readonly (readonly number[])[]).flat(), ...queued(m, knobs.procs)]) seen.set(g - bss, (seen.get(g - bss) ?? 0) + 1);
  const put = new Set(Array.from({ length: knobs.filled }, (_, id) => id));
  for (const [name, id] of (operations as Operations).flat()) if (name.startsWith('put')) put.add(id);
  for (const id of put) if (!seen.has(id)) return `GOROUTINE_LOST: ${id} was queued, and is neither taken nor on a queue`;
  for (const [id, times] of seen) {
    if (!put.has(id)) return `GOROUTINE_UNKNOWN: ${id} was taken or is queued, and never was put there`;
    if (times > 1) return `GOROUTINE_TWICE: ${id} was queued once, and is taken or queued ${times} times`;
  }
  return '';
}

/** The global queue has `runqsize` goroutines, and the last is `runqtail`. */
function checkGlobalEnd(m: Int32Array): string {
  const [size, tail] = [m[SCHED + Sched.at.runqsize], m[SCHED + Sched.at.runqtail]];
  let [g, last] = [m[SCHED + Sched.at.runqhead], 0];
  for (let left = size; left > 0 && g !== 0; left--) [g, last] = [m[g + G.at.schedlink], g];
  return g === 0 && last === tail ? '' : `RUNQ_CORRUPT: after ${size} goroutines the global queue leads on to word ${g}; its tail is word ${tail}, and the last of them word ${last}`;
}

function queued(m: Int32Array, procs: number): readonly number[] {
  const found: number[] = [];
  for (let i = 0; i < procs; i++) {
    const pp = pAt(m, i);
    const head = m[pp + P.at.xrunqhead];
    const size = (m[pp + P.at.xrunqtail] - head) | 0;
    for (let k = 0; k < size; k++) found.push(m[pp + P.at.xrunq + ((head + k) & (RUNQ_CAP - 1))]);
  }
  let g = m[SCHED + Sched.at.runqhead];
  for (let left = m[SCHED + Sched.at.runqsize]; left > 0; left--) {
    found.push(g);
    g = m[g + G.at.schedlink];
  }
  return found;
}

export const runq = runqScenario('runq', 'Ms put goroutines on run queues, get them and steal them', [3, 0, 1]);
export const runqFull = runqScenario('runq-full', 'the same with a full local queue, which spills to the global one', [RUNQ_CAP - 1, RUNQ_CAP, RUNQ_CAP - 2]);
export const runqSpill = runqScenario('runq-spill', 'a full local queue spills repeatedly to the global one, which other Ms empty', [RUNQ_CAP, RUNQ_CAP - 1], spilling);
