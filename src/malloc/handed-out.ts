/** What the older collectors want to know of each block that malloc hands out. */
import type { Mem } from '../memory/struct.ts';
import { COLLECTOR, CONFIG, Config } from '../memory/config.ts';
import type { Ref } from '../memory/address.ts';
import { checkallocated, checksBlocks } from '../heap/check-bits.ts';
import { setRefNone } from '../heap/refword.ts';

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
