/** The mark loops of the parallel collector, and the dispatch to the one that the machine was built with. */
import type { Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import type { MRef } from '../machine/m.ts';
import { isMarking } from './collectors/concurrent/state.ts';
import { scanblockLab } from './scanblock-lab.ts';
import { clearHints, scanblockTuned } from './scanblock-tuned.ts';
import { scanblock } from './scanblock.ts';
import { scanblockSpans } from './spans/scanblock.ts';
import { prepareSpans } from './spans/state.ts';
import type { WorkbufRef } from './work.ts';

export const POLICY = { 'go1.3': 0, tuned: 1, lab: 2, spans: 3 } as const;
/** Each mark loop in a word, for the help of --policy. */
export const POLICY_CHARACTER: Readonly<Record<keyof typeof POLICY, string>> = { 'go1.3': 'faithful', tuned: 'fast', lab: 'configurable', spans: 'small objects a page at a time' };

const POLICY_OF = CONFIG + Config.at.policy;

/** Prepares the mark loop, before any M marks. The world is stopped. */
export function prepareMark(m: Mem): void {
  if (m[POLICY_OF] === POLICY.tuned) clearHints(m);
  else if (m[POLICY_OF] === POLICY.spans) prepareSpans(m, isMarking(m));
}

/**
 * Scans the objects of `wbuf` and all they lead to, with the machine's mark loop (scanblock*.ts).
 * @param wbuf 0 for none
 * @param keepworking take work from other Ms until marking is complete; otherwise return when this work is done
 */
export function scan(m: Mem, mp: MRef, wbuf: WorkbufRef, keepworking: boolean): void {
  if (m[POLICY_OF] === POLICY.tuned) scanblockTuned(m, mp, wbuf, keepworking);
  else if (m[POLICY_OF] === POLICY.lab) scanblockLab(m, mp, wbuf, keepworking);
  else if (m[POLICY_OF] === POLICY.spans) scanblockSpans(m, mp, wbuf, keepworking);
  else scanblock(m, mp, wbuf, keepworking);
}
