/** Groups, mutexes and conditions with checked arguments; see workloads/join.ts and workloads/cond.ts. */
import type { Mem } from '../../memory/struct.ts';
import type { GRef } from '../../machine/g.ts';
import type { MRef } from '../../machine/m.ts';
import * as cond from '../cond.ts';
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

export function mutexLock(m: Mem, mp: MRef, gp: GRef, mutex: number, pc: number): number {
  checkStep(m, mp, gp, mutexLock);
  checkGlobals(m, mutex, cond.MUTEX_GLOBALS, mutexLock);
  checkPc(pc, mutexLock);
  return cond.mutexLock(m, mp, gp, mutex, pc);
}

export function mutexUnlock(m: Mem, mp: MRef, mutex: number): void {
  checkThread(m, mp, mutexUnlock);
  checkGlobals(m, mutex, cond.MUTEX_GLOBALS, mutexUnlock);
  cond.mutexUnlock(m, mp, mutex);
}

export function condWait(m: Mem, mp: MRef, gp: GRef, condition: number, mutex: number, pc: number): number {
  checkStep(m, mp, gp, condWait);
  checkGlobals(m, condition, cond.COND_GLOBALS, condWait);
  checkGlobals(m, mutex, cond.MUTEX_GLOBALS, condWait);
  checkPc(pc, condWait);
  return cond.condWait(m, mp, gp, condition, mutex, pc);
}

export function condSignal(m: Mem, mp: MRef, condition: number): void {
  checkThread(m, mp, condSignal);
  checkGlobals(m, condition, cond.COND_GLOBALS, condSignal);
  cond.condSignal(m, mp, condition);
}

export function condBroadcast(m: Mem, mp: MRef, condition: number): void {
  checkThread(m, mp, condBroadcast);
  checkGlobals(m, condition, cond.COND_GLOBALS, condBroadcast);
  cond.condBroadcast(m, mp, condition);
}
