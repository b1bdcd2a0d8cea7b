/** What the collector learns of single blocks, when malloc hands one out and when one is freed explicitly. */
import type { Mem } from '../memory/struct.ts';
import type { Ref } from '../memory/address.ts';
import { markFreed } from '../heap/bitmap.ts';
import { hooksOf } from '../heap/collector-hooks.ts';
import { cleartype } from '../heap/mtypes.ts';
import type { MRef } from '../machine/m.ts';
import type { SpanRef } from '../heap/span.ts';

/** Reports whether malloc must tell the collector of every block. */
export function wantsEveryBlock(m: Mem): boolean {
  const { seesAllocations } = hooksOf(m);
  return seesAllocations !== undefined && seesAllocations(m);
}

/** Tells a collector that wants it that the block at `p`, of `bytes` bytes, is handed out to `mp`. */
export function tellCollector(m: Mem, mp: MRef, p: Ref, bytes: number): void {
  const { blockAllocated, allocationCharged } = hooksOf(m);
  if (blockAllocated !== undefined && wantsEveryBlock(m)) blockAllocated(m, p);
  if (allocationCharged !== undefined) allocationCharged(m, mp, bytes);
}

/** Reports whether a block may be freed explicitly now. */
export function mayFree(m: Mem): boolean {
  const { mayFree: allows } = hooksOf(m);
  return allows === undefined || allows(m);
}

/** Tells a collector that wants it that the block at `p` is freed explicitly. */
export function tellFreed(m: Mem, p: Ref): void {
  const { blockFreed } = hooksOf(m);
  if (blockFreed !== undefined) blockFreed(m, p);
}

/** Clears what is kept of the block at `p` of `s`, which is freed explicitly; the owner of the span may hand it out again. */
export function handedBack(m: Mem, s: SpanRef, p: Ref): void {
  markFreed(m, p);
  cleartype(m, s, p);
  tellFreed(m, p);
}
