/** The failure of malloc if the arena has no room for an object. */
import type { Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import { PAGE_BYTES } from '../memory/address.ts';
import { loadWide } from '../memory/wide.ts';
import { outOfMemory } from '../base/fatal.ts';
import { M, type MRef } from '../machine/m.ts';
import { refusedMemory } from './arena.ts';
import { MSTATS, MStats } from './mstats.ts';

/** Larger objects are refused: the bytes of their pages would overflow a word. */
export const MAX_ALLOC = 2 ** 32 - PAGE_BYTES;

const { mallocing: MALLOCING } = M.at;

/**
 * Leaves malloc and reports that there is no room for `size` bytes.
 * @throws Fatal OUT_OF_MEMORY always
 */
export function dieOutOfMemory(m: Mem, mp: MRef, size: number): never {
  m[mp + MALLOCING] = 0;
  outOfMemory('arena', {
    size,
    refused: size > MAX_ALLOC ? `an object has at most ${MAX_ALLOC} bytes` : refusedMemory(m),
    arenaBytes: (m[CONFIG + Config.at.arenaEnd] - m[CONFIG + Config.at.arenaStart]) * 4,
    inuseBytes: loadWide(m, MSTATS + MStats.at.heapInuse),
    liveBytes: m[MSTATS + MStats.at.heapAllocQ] * 8,
  });
}
