/** How much the memory profiler samples, chosen by the program: MemProfileRate, and what came before it. */
import type { Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import { fatal } from '../base/fatal.ts';
import { G, G_STATUS, WAIT } from '../machine/g.ts';
import { M, mAt, type MRef } from '../machine/m.ts';
import { MAX_RATE, RATE } from '../malloc/mprof.ts';
import { noticeReset } from '../malloc/notice.ts';
import { acquireWorld, releaseWorld, starttheworld, stoptheworld } from './world.ts';

const NPROCS = CONFIG + Config.at.nprocs;
const { curg: CURG, locks: LOCKS, gcing: GCING, mcache: MCACHE } = M.at;
const { xstatus: XSTATUS, waitreason: WAITREASON } = G.at;

/** Go's MemProfileRate of 2011: a sample every 512 KB. */
export const DEFAULT_RATE = 512 << 10;

/** The MemProfileKind of 2010. */
export const MEM_PROFILE = { none: 0, sample: 1, all: 2 } as const;

/** Bytes between two samples, by kind; in 2010 gaps were drawn from 0 to 256 KB. */
const RATE_OF_KIND: readonly number[] = [0, 128 << 10, 1];

/** runtime.SetMemProfileKind of 2010; `kind` is of MEM_PROFILE. A safe point, as setMemProfileRate. */
export function setMemProfileKind(m: Mem, mp: MRef, kind: number): void {
  if (RATE_OF_KIND[kind] === undefined) fatal('NO_SUCH_MEM_PROFILE_KIND', { kind });
  setMemProfileRate(m, mp, RATE_OF_KIND[kind]);
}

/**
 * Sets runtime.MemProfileRate: from now on one in `rate` allocated bytes is sampled, on
 * average; 1 for every block, 0 for none. A safe point: the world is stopped meanwhile.
 */
export function setMemProfileRate(m: Mem, mp: MRef, rate: number): void {
  const gp = m[mp + CURG];
  if (gp === 0) {
    // The heap is being built, and nobody else runs.
    setRateStopped(m, rate);
    return;
  }
  acquireWorld(m, mp);
  m[mp + GCING] = 1;
  stoptheworld(m, mp);
  m[gp + WAITREASON] = WAIT.gc;
  Atomics.store(m, gp + XSTATUS, G_STATUS.waiting);
  setRateStopped(m, rate);
  Atomics.store(m, gp + XSTATUS, G_STATUS.running);
  m[mp + GCING] = 0;
  m[mp + LOCKS]++;
  releaseWorld(m);
  starttheworld(m, mp);
  m[mp + LOCKS]--;
}

/** Sets the rate and begins every MCache's countdown anew. Nothing else runs. */
export function setRateStopped(m: Mem, rate: number): void {
  m[RATE] = Math.min(MAX_RATE, Math.max(0, Math.floor(rate)));
  for (let i = 0; i < m[NPROCS]; i++) noticeReset(m, mAt(m, i), m[mAt(m, i) + MCACHE]);
}
