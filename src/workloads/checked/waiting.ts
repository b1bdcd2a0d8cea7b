/** Waiting for goroutines, checked; see workloads/join.ts. */
import type { Mem } from '../../memory/struct.ts';
import type { GRef } from '../../machine/g.ts';
import type { MRef } from '../../machine/m.ts';
import * as join from '../join.ts';
import { checkGlobals, checkPc, checkStep, checkThread, checkWhole } from './check.ts';

const MOST_GOROUTINES = 1 << 20;

export function groupAdd(m: Mem, mp: MRef, group: number, n: number): void {
  checkThread(m, mp, groupAdd);
  checkGlobals(m, group, join.GROUP_GLOBALS, groupAdd);
  checkWhole('n', n, -MOST_GOROUTINES, MOST_GOROUTINES, groupAdd);
  join.groupAdd(m, mp, group, n);
}

export function groupDone(m: Mem, mp: MRef, group: number): void {
  checkThread(m, mp, groupDone);
  checkGlobals(m, group, join.GROUP_GLOBALS, groupDone);
  join.groupDone(m, mp, group);
}

export function groupWait(m: Mem, mp: MRef, gp: GRef, group: number, pc: number): number {
  checkStep(m, mp, gp, groupWait);
  checkGlobals(m, group, join.GROUP_GLOBALS, groupWait);
  checkPc(pc, groupWait);
  return join.groupWait(m, mp, gp, group, pc);
}
