/** Only pacing: sweepers lower the goal of the next collection, GOGC changes, MCaches report. */
import type { Mem } from '../../../memory/struct.ts';
import { CONFIG, Config } from '../../../memory/config.ts';
import type { Ref } from '../../../memory/address.ts';
import { mAt, M, type MRef } from '../../../machine/m.ts';
import { FLAG_NOSCAN } from '../../../malloc/flags.ts';
import { free } from '../../../malloc/free.ts';
import { mallocgc } from '../../../malloc/malloc.ts';
import { purgeCachedStats } from '../../../malloc/mcache.ts';
import { EVERYTHING, scavenge } from '../../../malloc/scavenge.ts';
import { NOTHING_TO_SWEEP, sweepone } from '../../../malloc/sweep.ts';
import { setgcpercent } from '../../../runtime/gc-percent.ts';
import type { Operation } from '../operation.ts';
import { endMark, keep } from './after-mark.ts';

/** Blocks before the start: four small ones in a span, and large ones. Every third is reachable. */
const SMALL = 2048;
const LARGE = 40 << 10;
export const PACING_SMALL = 12;
export const PACING_LARGE = 2;

function cell(m: Mem, k: number): Ref {
  return m[CONFIG + Config.at.bss] + k;
}

/** Sets up the heap after a mark. Returns the live quads. */
export function buildPacing(m: Mem, m0: MRef): number {
  let live = 0;
  for (let k = 0; k < PACING_SMALL + PACING_LARGE; k++) {
    const bytes = k < PACING_SMALL ? SMALL : LARGE;
    const p = mallocgc(m, m0, bytes, FLAG_NOSCAN);
    m[cell(m, k)] = p;
    if (k % 3 !== 0) continue;
    keep(m, p);
    live += bytes >> 3;
  }
  endMark(m, m0);
  return live;
}

/** Runs the operations of M `index`. Returns the result of each. */
export function runPacing(m: Mem, index: number, operations: readonly Operation[]): readonly number[] {
  const mp = mAt(m, index);
  const answers: number[] = [];
  for (const [name, arg] of operations) {
    let answer = 0;
    if (name === 'sweep') while (sweepone(m, mp) !== NOTHING_TO_SWEEP);
    else if (name === 'percent') answer = setgcpercent(m, mp, arg);
    else if (name === 'report') purgeCachedStats(m, mp, m[mp + M.at.mcache]);
    else if (name === 'scavenge') scavenge(m, mp, EVERYTHING);
    else if (name === 'free') free(m, mp, m[cell(m, arg)]);
    else mallocgc(m, mp, arg, FLAG_NOSCAN);
    answers.push(answer);
  }
  return answers;
}
