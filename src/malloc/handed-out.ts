/** Metadata of single blocks beside the bitmap, updated when malloc returns a block and when one is freed explicitly. */
import type { Mem } from '../memory/struct.ts';
import { COLLECTOR, CONFIG, Config } from '../memory/config.ts';
import type { Ref } from '../memory/address.ts';
import { checkallocated, checksBlocks } from '../heap/check-bits.ts';
import { markFreed } from '../heap/bitmap.ts';
import { cleartype } from '../heap/mtypes.ts';
import { setRefFree, setRefNone } from '../heap/refword.ts';
import type { SpanRef } from '../heap/span.ts';

const COLLECTOR_OF = CONFIG + Config.at.collector;

/** Must malloc call noticeMalloc for every block? */
export function wantsEveryBlock(m: Mem): boolean {
  return m[COLLECTOR_OF] === COLLECTOR.refword || checksBlocks(m);
}

/** Notifies the collector of the new block at `p`. */
export function tellCollector(m: Mem, p: Ref): void {
  if (m[COLLECTOR_OF] === COLLECTOR.refword) setRefNone(m, p);
  else if (checksBlocks(m)) checkallocated(m, p);
}

/** Updates the metadata of the explicitly freed block at `p` of `s`. Precondition: the caller owns the span. */
export function handedBack(m: Mem, s: SpanRef, p: Ref): void {
  markFreed(m, p);
  cleartype(m, s, p);
  if (m[COLLECTOR_OF] === COLLECTOR.refword) setRefFree(m, p);
}
