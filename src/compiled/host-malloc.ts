/** The functions of malloc that stay JavaScript: they wait, call hooks, or are rarely called. */
import { cleartype } from '../heap/mtypes.ts';
import { mapMore, newChunk } from '../malloc/fixalloc.ts';
import { fencedSpan } from '../malloc/efence.ts';
import { handedBack } from '../malloc/handed-out.ts';
import { growLocked } from '../malloc/page-runs.ts';
import { noticeMalloc } from '../malloc/notice.ts';
import { dieOutOfMemory } from '../malloc/out-of-memory.ts';
import { lowerGoal } from '../malloc/pacing.ts';
import { sweepSpecials } from '../malloc/sweep-specials.ts';
import { freeLarge, sweepRecorded } from '../malloc/sweep.ts';
import { sysUsed } from '../malloc/sys.ts';
import { tracefrees } from '../malloc/trace.ts';
import { lockContended } from '../sync/lock.ts';
import { futexwakeup } from '../sync/os.ts';
import type { HostFunctions } from './host.ts';

export const HOST_MALLOC: HostFunctions = {
  cleartype, dieOutOfMemory, fencedSpan, freeLarge, futexwakeup, growLocked, handedBack, lockContended, lowerGoal, mapMore, newChunk, noticeMalloc, sweepRecorded, sweepSpecials, sysUsed, tracefrees,
};
