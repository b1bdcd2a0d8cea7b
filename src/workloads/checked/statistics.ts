/** Statistics, GOGC and the memory profiler with checked arguments; see runtime/read-memstats.ts, gc-percent.ts and memprofile.ts. */
import type { Ref } from '../../memory/address.ts';
import { ptrWords } from '../../memory/config.ts';
import type { Mem } from '../../memory/struct.ts';
import type { MRef } from '../../machine/m.ts';
import { nearest } from '../../base/suggest.ts';
import { MEM_STATS, memStat as memStatPlain, type MemStat } from '../../gc/memstats.ts';
import { setGCPercent as setGCPercentPlain } from '../../runtime/gc-percent.ts';
import * as memprofile from '../../runtime/memprofile.ts';
import * as memstats from '../../runtime/read-memstats.ts';
import { checkNumber, checkThread, checkWhole, checkWords, kindOf } from './check.ts';
import { slip } from './slip.ts';

/** Words of a number that loadWide reads. */
const WIDE_WORDS = 2;
const MOST_NUMBERS = 1 << 20;

export function readMemStats(m: Mem, mp: MRef, into: Ref): void {
  checkThread(m, mp, readMemStats);
  checkWords(m, into, 0, memstats.MEMSTATS_BYTES / (4 * ptrWords(m)), readMemStats);
  memstats.readMemStats(m, mp, into);
}

export function memStat(m: Mem, stats: Ref, name: MemStat): number {
  checkWords(m, stats, 0, memstats.MEMSTATS_BYTES / (4 * ptrWords(m)), memStat);
  if (!MEM_STATS.includes(name)) slip(memStat, `there is no figure ${kindOf(name) === 'a string' ? `'${name}'` : kindOf(name)}${suggestion(String(name))}`);
  return memStatPlain(m, stats, name);
}

function suggestion(name: string): string {
  const near = nearest(name, MEM_STATS);
  return near === undefined ? '' : `; did you mean '${near}'?`;
}

export function readGCStats(m: Mem, mp: MRef, dst: Ref, cap: number): number {
  checkThread(m, mp, readGCStats);
  checkWhole('cap', cap, memstats.GCSTATS_CAP, MOST_NUMBERS, readGCStats);
  checkWords(m, dst, 0, Math.ceil((cap * WIDE_WORDS) / ptrWords(m)), readGCStats);
  return memstats.readGCStats(m, mp, dst, cap);
}

export function setGCPercent(m: Mem, mp: MRef, percent: number): number {
  checkThread(m, mp, setGCPercent);
  checkNumber(percent, setGCPercent);
  return setGCPercentPlain(m, mp, percent);
}

export function setMemProfileRate(m: Mem, mp: MRef, rate: number): void {
  checkThread(m, mp, setMemProfileRate);
  checkNumber(rate, setMemProfileRate);
  memprofile.setMemProfileRate(m, mp, rate);
}

export function setMemProfileKind(m: Mem, mp: MRef, kind: number): void {
  checkThread(m, mp, setMemProfileKind);
  checkWhole('kind', kind, 0, Object.keys(memprofile.MEM_PROFILE).length - 1, setMemProfileKind);
  memprofile.setMemProfileKind(m, mp, kind);
}
