/** Finalizers are set and removed while spans are swept, next to records of the profiler. */
import { SPECIAL_KIND } from '../../heap/special.ts';
import { addressAt } from '../../memory/pointer.ts';
import { spanOf } from '../../heap/span.ts';
import { FIN, Fin, FinBlock, Finalizer, finalizerAt } from '../../malloc/finq.ts';
import { perM } from './per-m.ts';
import { specialsOf } from './specials-of.ts';
import { SPECIALS_BLOCKS, SPECIALS_FINALIZED, SPECIALS_INNER, specialsCell } from './programs/specials.ts';
import type { Operations } from './operation.ts';
import type { Knob, Knobs, Scenario, Setting } from './scenario.ts';

/** Words of persistent memory: the profiler's hash table takes most. */
const PROFILE_WORDS = 1 << 18;
const PROFILE: Knob = { name: 'profile', summary: '1: every block is sampled by the profiler', values: [0, 1] };

function specialsScenario(name: string, summary: string, profile: Knob, all: Operations): Scenario {
  return perM({
    name,
    summary,
    procs: [3, 2],
    knobs: [profile],
    shape: ({ profile: rate }) => (rate === 0 ? {} : { memprofileRate: rate, persistentWords: PROFILE_WORDS }),
    operations: ({ procs }: Knobs) => all.slice(0, procs),
    build: (core, m, m0) => core.buildSpecials(m, m0),
    run: (core, m, i, operations) => core.runSpecials(m, i, operations),
    check: checkFinalizers,
  });
}

/** Compares the finalizers of each block: a reachable block has those set minus those removed, a dead block has all of them queued. */
function checkFinalizers(m: Int32Array, results: readonly unknown[], { operations }: Setting): string {
  const expected = new Int32Array(SPECIALS_BLOCKS);
  for (const k of SPECIALS_FINALIZED) expected[k] = 1;
  operations.forEach((list, i) =>
    list.forEach(([name, k], at) => {
      const answer = (results[i] as readonly number[])[at];
      if (name === 'set') expected[k] += answer;
      else if (name === 'clear') expected[k] -= answer;
    }),
  );
  const queued = queuedFor(m);
  for (let k = 0; k < SPECIALS_BLOCKS - 1; k++) {
    const problem = compare(m, queued, k, m[specialsCell(m, k)], k % 2 === 0, expected[k]);
    if (problem !== '') return problem;
  }
  const inner = SPECIALS_INNER.map((byte) => compare(m, queued, SPECIALS_BLOCKS - 1, m[specialsCell(m, SPECIALS_BLOCKS - 1)] + byte, false, 1));
  return inner.find((problem) => problem !== '') ?? '';
}

function compare(m: Int32Array, queued: ReadonlyMap<number, number>, k: number, address: number, isReached: boolean, expected: number): string {
  const set = countSet(m, address);
  const due = queued.get(address) ?? 0;
  if (set === (isReached ? expected : 0) && due === (isReached ? 0 : expected)) return '';
  return `FINALIZER_LOST: block ${k} is ${isReached ? 'reachable' : 'garbage'} and must have ${expected} finalizers, but ${set} are set and ${due} queued`;
}

function countSet(m: Int32Array, address: number): number {
  return specialsOf(m, spanOf(m, address >>> 2)).filter((special) => special.address === address && special.kind === SPECIAL_KIND.finalizer).length;
}

/** Counts the queued finalizers, by the address of their object. */
function queuedFor(m: Int32Array): ReadonlyMap<number, number> {
  const found = new Map<number, number>();
  for (let block = m[FIN + Fin.at.finq]; block !== 0; block = m[block + FinBlock.at.next]) {
    for (let i = 0; i < m[block + FinBlock.at.cnt]; i++) {
      const address = addressAt(m, finalizerAt(block, i) + Finalizer.at.arg);
      found.set(address, (found.get(address) ?? 0) + 1);
    }
  }
  return found;
}

export const specials = specialsScenario('specials', 'Ms set and remove finalizers of the same blocks while their spans are swept', PROFILE, [
  [['sweep'], ['set', 6], ['set', 2]],
  [['set', 2], ['clear', 4], ['set', 6], ['set', 4], ['clear', 0]],
  [['clear', 4], ['set', 0], ['clear', 0], ['set', 2], ['clear', 2], ['set', 4]],
]);

export const profileSweep = specialsScenario(
  'profile-sweep',
  'sampled blocks are allocated, freed explicitly and swept at the same time',
  { ...PROFILE, values: [1, 512] },
  [
    [['sweep'], ['alloc', 64], ['publish'], ['free-given', 1]],
    [['give', 0], ['give', 1], ['alloc', 64], ['give', 2], ['churn', 1024], ['publish'], ['give', 3], ['clear', 6], ['set', 0]],
    [['free', 2], ['free-given', 0], ['churn', 1024], ['free-given', 1], ['sweep'], ['free-given', 2], ['free-given', 3]],
  ],
);
