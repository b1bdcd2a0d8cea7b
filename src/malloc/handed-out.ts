/** What is kept about single blocks beside the bitmap, when malloc hands one out and when one is freed explicitly. */
import type { Mem } from '../memory/struct.ts';
import { COLLECTOR, CONFIG, Config } from '../memory/config.ts';
import type { Ref } from '../memory/address.ts';
import { checkallocated, checksBlocks } from '../heap/check-bits.ts';
import { markFreed } from '../heap/bitmap.ts';
import { cleartype } from '../heap/mtypes.ts';
import { setRefFree, setRefNone } from '../heap/refword.ts';
import type { SpanRef } from '../heap/span.ts';

const COLLECTOR_OF = CONFIG + Config.at.collector;

/** Must malloc tell of every block? */
export function wantsEveryBlock(m: Mem): boolean {
  return m[COLLECTOR_OF] === COLLECTOR.refword || checksBlocks(m);
}

/** The block at `p` is handed out. */
export function tellCollector(m: Mem, p: Ref): void {
  if (m[COLLECTOR_OF] === COLLECTOR.refword) setRefNone(m, p);
  else if (checksBlocks(m)) checkallocated(m, p);
}

/** The block at `p` of `s` has been freed explicitly, and is its owner's to hand out again. */
export function handedBack(m: Mem, s: SpanRef, p: Ref): void {
  markFreed(m, p);
  cleartype(m, s, p);
  if (m[COLLECTOR_OF] === COLLECTOR.refword) setRefFree(m, p);
}
