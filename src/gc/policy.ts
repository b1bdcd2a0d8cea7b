/** The two ways to mark: as Go 1.3 does, and a faster one; and where they part. */
import type { Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import type { MRef } from '../machine/m.ts';
import { clearHints, scanblockTuned } from './scanblock-tuned.ts';
import { scanblock } from './scanblock.ts';
import type { WorkbufRef } from './work.ts';

export const POLICY = { 'go1.3': 0, tuned: 1 } as const;

const POLICY_OF = CONFIG + Config.at.policy;

/** Before any M marks; the world is stopped. */
export function prepareMark(m: Mem): void {
  if (m[POLICY_OF] === POLICY.tuned) clearHints(m);
}

/** Scans what `wbuf` holds and all it leads to; see scanblock.ts and scanblock-tuned.ts. */
export function scan(m: Mem, mp: MRef, wbuf: WorkbufRef, keepworking: boolean): void {
  if (m[POLICY_OF] === POLICY.tuned) scanblockTuned(m, mp, wbuf, keepworking);
  else scanblock(m, mp, wbuf, keepworking);
}
