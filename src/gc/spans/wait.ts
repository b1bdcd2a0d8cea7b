/**
 * Finding work when an M has none: a full workbuf, or spans of another M's queue.
 *
 * As getfull in work.ts, an M that finds none adds itself to `xnwait`, and leaves it before it takes
 * work. Only the M itself fills its queue, and it does not count as waiting then. So when all Ms
 * wait, all queues are empty, and marking is complete.
 */
import type { Mem } from '../../memory/struct.ts';
import { CONFIG, Config } from '../../memory/config.ts';
import { addWide } from '../../memory/wide.ts';
import { nanotime } from '../../base/clock.ts';
import { DOING } from '../../sync/event-kinds.ts';
import { enterAt, records } from '../../sync/events.ts';
import { lfstackempty, lfstackpop, lfstackpush } from '../../sync/lfstack.ts';
import { GCStats, M, PHASE, type MRef } from '../../machine/m.ts';
import { EMPTY, FULL, NPROC, XNWAIT, pauseForWork, recordGet, type WorkbufRef } from '../work.ts';
import { anySpans, stealSpans } from './queue.ts';

const WAIT_SPINS = CONFIG + Config.at.waitSpins;
const WAIT_YIELDS = CONFIG + Config.at.waitYields;
const { phase: PHASE_OF, gcstats: GCSTATS } = M.at;
const { waitNs: WAIT_NS } = GCStats.at;

/** What findSpanWork returns besides a workbuf: marking is complete; spans are in the M's queue. */
export const FOUND = { nothing: 0, spans: -1 } as const;

/**
 * Exchanges the empty workbuf `b` (0: none) for a full one, or fills the queue of `mp` with another M's spans. Waits
 * while another M may still find work.
 */
export function findSpanWork(m: Mem, mp: MRef, b: WorkbufRef): WorkbufRef {
  if (b !== 0) lfstackpush(m, EMPTY, b);
  const full = lfstackpop(m, FULL);
  if (full !== 0 || m[NPROC] === 1) return recordGet(m, mp, full);
  if (stealSpans(m, mp)) return FOUND.spans;
  const phase = m[mp + PHASE_OF];
  m[mp + PHASE_OF] = PHASE.getfull;
  const started = nanotime();
  if (records(m)) enterAt(m, mp, DOING.spin, 0, started);
  const found = waitForWork(m, mp);
  const ended = nanotime();
  if (records(m)) enterAt(m, mp, DOING.scan, 0, ended);
  if (found > 0) recordGet(m, mp, found);
  addWide(m, mp + GCSTATS + WAIT_NS, ended - started);
  m[mp + PHASE_OF] = phase;
  return found;
}

function waitForWork(m: Mem, mp: MRef): WorkbufRef {
  const spins = m[WAIT_SPINS];
  const patience = spins + m[WAIT_YIELDS];
  Atomics.add(m, XNWAIT, 1);
  for (let i = 0; ; i++) {
    if (!lfstackempty(m, FULL) || anySpans(m)) {
      // Leave xnwait before taking work. Otherwise the other Ms could count this M as waiting while it
      // holds work, and end the mark.
      Atomics.sub(m, XNWAIT, 1);
      const full = lfstackpop(m, FULL);
      if (full !== 0) return full;
      if (stealSpans(m, mp)) return FOUND.spans;
      Atomics.add(m, XNWAIT, 1);
    }
    if (Atomics.load(m, XNWAIT) === m[NPROC]) return FOUND.nothing;
    pauseForWork(m, mp, i, spins, patience);
  }
}
