/** The mark loops: as Go 1.3's, without and with types, a faster one, one to experiment with; and where they part. */
import type { Mem } from '../memory/struct.ts';
import { CONFIG, Config, TYPES } from '../memory/config.ts';
import type { MRef } from '../machine/m.ts';
import { scanblockHeapBits } from './scanblock-heapbits.ts';
import { scanblockLab } from './scanblock-lab.ts';
import { clearHints, scanblockTuned } from './scanblock-tuned.ts';
import { scanblockTyped } from './scanblock-typed.ts';
import { scanblock } from './scanblock.ts';
import type { WorkbufRef } from './work.ts';

export const POLICY = { 'go1.3': 0, tuned: 1, lab: 2 } as const;

const TYPES_OF = CONFIG + Config.at.types;
const POLICY_OF = CONFIG + Config.at.policy;

/** Before any M marks; the world is stopped. */
export function prepareMark(m: Mem): void {
  if (m[POLICY_OF] === POLICY.tuned) clearHints(m);
}

/** Scans what `wbuf` holds and all it leads to; see the files named scanblock. */
export function scan(m: Mem, mp: MRef, wbuf: WorkbufRef, keepworking: boolean): void {
  if (m[POLICY_OF] === POLICY.tuned) scanblockTuned(m, mp, wbuf, keepworking);
  else if (m[POLICY_OF] === POLICY.lab) scanblockLab(m, mp, wbuf, keepworking);
  else if (m[TYPES_OF] === TYPES.mtypes) scanblockTyped(m, mp, wbuf, keepworking);
  else if (m[TYPES_OF] === TYPES.heapbits) scanblockHeapBits(m, mp, wbuf, keepworking);
  else scanblock(m, mp, wbuf, keepworking);
}
