/** SetFinalizer with Go's checks and messages; see runtime/finalizer.ts. */
import { offsetOf, wordAt, type Ref } from '../../memory/address.ts';
import type { Mem } from '../../memory/struct.ts';
import type { GRef } from '../../machine/g.ts';
import type { MRef } from '../../machine/m.ts';
import { isScan } from '../../heap/bitmap.ts';
import { TINY_SIZE } from '../../heap/size-classes.ts';
import { Span, spanOf } from '../../heap/span.ts';
import { blockBase } from '../../malloc/lookup.ts';
import { isZeroSized } from '../../malloc/malloc.ts';
import * as finalizer from '../../runtime/finalizer.ts';
import * as system from '../../runtime/system.ts';
import { checkGoroutine, checkNumber, checkPc, checkStep, checkThread, isAddress, isGlobal, isInHeap, kindOf } from './check.ts';
import { slip, type Call } from './slip.ts';

const ELEMSIZE = Span.at.elemsize;

/** Sets a finalizer. Unlike the plain function it refuses a second one, as Go does, so it always returns true. */
export function setfinalizer(m: Mem, mp: MRef, gp: GRef, address: number, pc: number, context: number): boolean {
  checkStep(m, mp, gp, setfinalizer);
  checkObjectAt(m, address, setfinalizer);
  checkPc(pc, setfinalizer);
  checkNumber(context, setfinalizer);
  if (!finalizer.setfinalizer(m, mp, gp, address, pc, context)) slip(setfinalizer, 'runtime.SetFinalizer: finalizer already set');
  return true;
}

export function clearfinalizer(m: Mem, mp: MRef, address: number): boolean {
  checkThread(m, mp, clearfinalizer);
  checkObjectAt(m, address, clearfinalizer);
  return finalizer.clearfinalizer(m, mp, address);
}

export function finalizedObject(m: Mem, gp: GRef): Ref {
  checkGoroutine(m, gp, finalizedObject);
  return system.finalizedObject(m, gp);
}

/** Checks that an object begins at `address`, or that `address` is a byte of a tiny object. */
function checkObjectAt(m: Mem, address: number, call: Call): void {
  if (!isAddress(address)) slip(call, `${kindOf(address)} is no address of an object; getSlotAddress gives one`);
  if (isZeroSized(address)) return;
  const ref = wordAt(address);
  if (address === 0) slip(call, 'runtime.SetFinalizer: first argument is nil');
  if (isGlobal(m, ref)) slip(call, 'runtime.SetFinalizer: pointer not in heap: a global is never freed');
  if (!isInHeap(m, ref)) slip(call, `runtime.SetFinalizer: pointer not in heap (${offsetOf(address)})`);
  const s = spanOf(m, ref);
  const base = blockBase(m, s, ref);
  // Go allows any byte of a block that the tiny allocator may have used.
  const mayBeTiny = m[s + ELEMSIZE] === TINY_SIZE && !isScan(m, base);
  if (base * 4 !== offsetOf(address) && !mayBeTiny) slip(call, `runtime.SetFinalizer: pointer not at beginning of allocated block (${offsetOf(address)})`);
}
