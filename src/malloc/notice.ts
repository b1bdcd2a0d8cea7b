/**
 * What else happens to a new block: malloc comes here when an MCache's countdown of bytes has
 * run out, and for each block of `sampleAll` bytes or more. Without anybody to tell, both are
 * so far away that the countdown costs malloc one subtraction.
 */
import type { Mem } from '../memory/struct.ts';
import { CONFIG, Config, DEBUG } from '../memory/config.ts';
import type { Ref } from '../memory/address.ts';
import type { MRef } from '../machine/m.ts';
import { noticeFenced } from './efence.ts';
import { hasEfence } from './faulted.ts';
import { MCache, type MCacheRef } from './mcache-record.ts';
import { tracealloc, traces } from './trace.ts';

const { nextSample: NEXT_SAMPLE, sampleAll: SAMPLE_ALL } = MCache.at;

/** More bytes than any block has. */
const NEVER = 0x7fffffff;

/** Sets the countdown of a new MCache. */
export function noticeInit(m: Mem, c: MCacheRef): void {
  m[c + NEXT_SAMPLE] = NEVER;
  m[c + SAMPLE_ALL] = (m[CONFIG + Config.at.debug] & (DEBUG.allocfreetrace | DEBUG.efence)) !== 0 ? 0 : NEVER;
}

/**
 * `p`, a block of `bytes` bytes, is handed out to M `mp`; nothing refers to it yet.
 * Called outside of malloc's locks, but before the next safe point.
 */
export function noticeMalloc(m: Mem, mp: MRef, c: MCacheRef, p: Ref, bytes: number, _flags: number): void {
  if (m[c + NEXT_SAMPLE] <= 0) m[c + NEXT_SAMPLE] = NEVER;
  if (hasEfence(m)) noticeFenced(m, c, bytes);
  if (traces(m)) tracealloc(m, mp, p, bytes);
}
