/** Channels and select with checked arguments; see runtime/chan.ts and runtime/select.ts. */
import type { Mem } from '../../memory/struct.ts';
import type { GRef } from '../../machine/g.ts';
import type { MRef } from '../../machine/m.ts';
import { HCHAN_BYTES, HCHAN_WORDS, Hchan, dataqsizAt, type ChanRef } from '../../heap/hchan.ts';
import { ptrWords } from '../../memory/config.ts';
import * as chan from '../../runtime/chan.ts';
import { getSlot } from '../../runtime/mutator.ts';
import * as selecting from '../../runtime/select.ts';
import type { SelectCase } from '../../runtime/select.ts';
import { checkFlags, checkGoroutine, checkPc, checkSlots, checkStep, checkWhole, checkWords, kindOf } from './check.ts';
import { slip, type Call } from './slip.ts';

const { elemsize: ELEMSIZE, lock: LOCK, closed: CLOSED } = Hchan.at;
const MOST_ELEM_BYTES = 1 << 16;
/** Largest value of a lock word: free, locked, or locked with sleepers. */
const MOST_LOCKED = 2;
const MOST_SLOTS = 4096;

/** Checks that `c` is nil or an object whose fields are those of a channel. */
function checkChannel(m: Mem, c: ChanRef, call: Call): void {
  if (c === 0) return;
  checkWords(m, c, 0, HCHAN_WORDS / ptrWords(m), call);
  const elemBytes = m[c + ELEMSIZE];
  const key = Atomics.load(m, c + LOCK);
  const isOne = elemBytes >= 0 && elemBytes < MOST_ELEM_BYTES && elemBytes % 4 === 0 && key >= 0 && key <= MOST_LOCKED && m[c + CLOSED] >>> 0 <= 1 && m[dataqsizAt(m, c)] >= 0;
  if (!isOne) slip(call, `the object at ${kindOf(c)} is no channel`);
  checkWords(m, c, 0, (HCHAN_BYTES + m[dataqsizAt(m, c)] * elemBytes) / (4 * ptrWords(m)), call);
}

function checkTransfer(m: Mem, mp: MRef, gp: GRef, c: ChanRef, slot: number, call: Call): void {
  checkStep(m, mp, gp, call);
  checkSlots(m, gp, slot, 0, call);
  checkChannel(m, c, call);
}

export function makechan(m: Mem, mp: MRef, gp: GRef, slot: number, elemBytes: number, cap: number, flags: number): ChanRef {
  checkStep(m, mp, gp, makechan);
  checkSlots(m, gp, slot, 1, makechan);
  checkFlags(flags, makechan);
  return chan.makechan(m, mp, gp, slot, elemBytes, cap, flags);
}

export function chansend(m: Mem, mp: MRef, gp: GRef, c: ChanRef, slot: number, pc: number): number {
  checkTransfer(m, mp, gp, c, slot, chansend);
  checkPc(pc, chansend);
  return chan.chansend(m, mp, gp, c, slot, pc);
}

export function chanrecv(m: Mem, mp: MRef, gp: GRef, c: ChanRef, slot: number, pc: number): number {
  checkTransfer(m, mp, gp, c, slot, chanrecv);
  checkPc(pc, chanrecv);
  return chan.chanrecv(m, mp, gp, c, slot, pc);
}

export function trysend(m: Mem, mp: MRef, gp: GRef, c: ChanRef, slot: number): boolean {
  checkTransfer(m, mp, gp, c, slot, trysend);
  return chan.trysend(m, mp, gp, c, slot);
}

export function tryrecv(m: Mem, mp: MRef, gp: GRef, c: ChanRef, slot: number): boolean {
  checkTransfer(m, mp, gp, c, slot, tryrecv);
  return chan.tryrecv(m, mp, gp, c, slot);
}

export function chanok(m: Mem, gp: GRef): boolean {
  checkGoroutine(m, gp, chanok);
  return chan.chanok(m, gp);
}

export function chanclose(m: Mem, mp: MRef, gp: GRef, c: ChanRef): void {
  checkStep(m, mp, gp, chanclose);
  checkChannel(m, c, chanclose);
  chan.chanclose(m, mp, gp, c);
}

export function chanlen(m: Mem, c: ChanRef): number {
  checkChannel(m, c, chanlen);
  return chan.chanlen(m, c);
}

export function chancap(m: Mem, c: ChanRef): number {
  checkChannel(m, c, chancap);
  return chan.chancap(m, c);
}

export function sendCase(chanSlot: number, slot: number, pc: number): SelectCase {
  checkCase(chanSlot, slot, pc, sendCase);
  return selecting.sendCase(chanSlot, slot, pc);
}

export function recvCase(chanSlot: number, slot: number, pc: number): SelectCase {
  checkCase(chanSlot, slot, pc, recvCase);
  return selecting.recvCase(chanSlot, slot, pc);
}

function checkCase(chanSlot: number, slot: number, pc: number, call: Call): void {
  checkWhole('chanSlot', chanSlot, 0, MOST_SLOTS, call);
  checkWhole('slot', slot, 0, MOST_SLOTS, call);
  checkPc(pc, call);
}

export function select(m: Mem, mp: MRef, gp: GRef, cases: readonly SelectCase[]): number {
  checkCases(m, mp, gp, cases, select);
  return selecting.select(m, mp, gp, cases);
}

export function selectOr(m: Mem, mp: MRef, gp: GRef, cases: readonly SelectCase[], pc: number): number {
  checkCases(m, mp, gp, cases, selectOr);
  checkPc(pc, selectOr);
  return selecting.selectOr(m, mp, gp, cases, pc);
}

function checkCases(m: Mem, mp: MRef, gp: GRef, cases: readonly SelectCase[], call: Call): void {
  checkStep(m, mp, gp, call);
  if (!Array.isArray(cases)) slip(call, `cases must be a list of what sendCase and recvCase make, not ${kindOf(cases)}`);
  for (const each of cases as readonly (Partial<SelectCase> | null)[]) {
    if (typeof each?.sends !== 'boolean') slip(call, 'each case must be made by sendCase or recvCase');
    checkSlots(m, gp, each.chan as number, 1, call);
    checkChannel(m, getSlot(m, gp, each.chan as number), call);
  }
}
