/** The memory profiler's rate, as set by the program: MemProfileRate, and its predecessor of 2010. */
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

/** Go's MemProfileRate since 2011, in bytes: a sample every 512 KB. */
export const DEFAULT_RATE = 512 << 10;

/** The MemProfileKind of 2010. */
export const MEM_PROFILE = { none: 0, sample: 1, all: 2 } as const;

/** The rate, in bytes, of each kind; in 2010 gaps were drawn from 0 to 256 KB. */
const RATE_OF_KIND: readonly number[] = [0, 128 << 10, 1];

/** Sets the rate by `kind`, one of MEM_PROFILE: runtime.SetMemProfileKind of 2010. A safe point. */
export function setMemProfileKind(m: Mem, mp: MRef, kind: number): void {
  if (RATE_OF_KIND[kind] === undefined) fatal('NO_SUCH_MEM_PROFILE_KIND', { kind });
  setMemProfileRate(m, mp, RATE_OF_KIND[kind]);
}

/**
 * Sets runtime.MemProfileRate: on average one sample in every `rate` allocated bytes; 1 samples
 * every block, 0 none. A safe point: stops the world.
 */
export function setMemProfileRate(m: Mem, mp: MRef, rate: number): void {
  const gp = m[mp + CURG];
  if (gp === 0) {
    // No goroutine runs: the heap is being built, and no other M is running.
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

/** Sets the rate and restarts the countdown of every MCache. The world is stopped. */
export function setRateStopped(m: Mem, rate: number): void {
  m[RATE] = Math.min(MAX_RATE, Math.max(0, Math.floor(rate)));
  for (let i = 0; i < m[NPROCS]; i++) noticeReset(m, mAt(m, i), m[mAt(m, i) + MCACHE]);
}
