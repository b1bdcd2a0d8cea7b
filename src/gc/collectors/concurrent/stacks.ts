/**
 * Scanning stacks concurrently with the program. The word `xscan` of a goroutine says what has become of its
 * stack in the mark of this number:
 *
 *     (an earlier mark)   not scanned; the goroutine has not run since the mark began
 *     running             not scanned; the goroutine runs or has run, and its own M will scan it
 *     scanning            an M scans the stack; the goroutine must not run
 *     scanned
 *
 *   1. A worker claims a stack of an earlier mark by CAS and scans it.
 *   2. An M that is about to run such a goroutine claims it by CAS for running. If a worker is
 *      scanning the stack, the M waits for its end.
 *   3. An M scans the stack of its own goroutine after the next step: no step keeps a pointer
 *      elsewhere than in its frame. Until then the stack is grey, and the goroutine runs.
 *   4. A new goroutine counts as running: its creator writes its frame before it runs.
 *   5. Mark termination scans every stack that is not scanned, and with STACKS.rescan all of them.
 *
 * A stack once scanned is black, but stores to it have no barrier. So a scanned stack may come to
 * hold a white block: that is why Dijkstra's barrier needs the second scan.
 *
 * Invariant: the M that changes `xscan` to `running` runs the goroutine, or creates it. So no stack
 * is written while a worker scans it.
 *
 * Source: scang in proc.go and markroot in mgcmark.go of Go 1.5 to 1.8.
 */
import type { Mem } from '../../../memory/struct.ts';
import { CONFIG, Config } from '../../../memory/config.ts';
import { osyield } from '../../../sync/os.ts';
import { G, G_STATUS, type GRef } from '../../../machine/g.ts';
import { M, mAt, type MRef } from '../../../machine/m.ts';
import type { WorkbufRef } from '../../work.ts';
import { CONCURRENT, Concurrent, STACKS, isMarking } from './state.ts';
import { scanWords } from './scan.ts';

const STATE = { running: 1, scanning: 2, scanned: 3 } as const;
const STATE_BITS = 2;

const NPROCS = CONFIG + Config.at.nprocs;
const STACKS_OF = CONFIG + Config.at.stacks;
const CYCLE = CONCURRENT + Concurrent.at.cycle;
const XUNSCANNED = CONCURRENT + Concurrent.at.xunscanned;
const { curg: CURG } = M.at;
const { xscan: XSCAN, xstatus: XSTATUS, stack: STACK, sp: SP, issystem: ISSYSTEM } = G.at;

function wordOf(m: Mem, state: number): number {
  return (m[CYCLE] << STATE_BITS) | state;
}

/** Does the word `scan` belong to the mark that is under way? */
function isOfThisMark(m: Mem, scan: number): boolean {
  return scan >> STATE_BITS === m[CYCLE];
}

/** Makes the stacks of goroutines that are in the middle of a step their Ms' own. The world is stopped, and the mark has just begun. */
export function claimRunning(m: Mem): void {
  Atomics.store(m, XUNSCANNED, 0);
  for (let i = 0; i < m[NPROCS]; i++) {
    const gp = m[mAt(m, i) + CURG];
    if (gp === 0) continue;
    Atomics.store(m, gp + XSCAN, wordOf(m, STATE.running));
    count(m, gp, 1);
  }
}

/** Counts the stack of `gp`, which its own M is to scan (1), or has scanned (-1). A goroutine of the runtime marks itself, and holds nothing. */
function count(m: Mem, gp: GRef, change: number): void {
  if (m[gp + ISSYSTEM] === 0) Atomics.add(m, XUNSCANNED, change);
}

/**
 * Reports whether some goroutine's own M has yet to scan its stack. What only that stack leads to is then work that is left, and
 * mark termination would mark it in the stopped world.
 */
export function hasUnscanned(m: Mem): boolean {
  return Atomics.load(m, XUNSCANNED) !== 0;
}

/** The new goroutine `gp` is being made: its frame is its creator's to write. */
export function goroutineMade(m: Mem, gp: GRef): void {
  if (!isMarking(m)) return;
  Atomics.store(m, gp + XSCAN, wordOf(m, STATE.running));
  count(m, gp, 1);
}

/** The caller's M is about to run `gp`. Waits while a worker scans the stack. */
export function goroutineRuns(m: Mem, gp: GRef): void {
  if (!isMarking(m)) return;
  const running = wordOf(m, STATE.running);
  const scanning = wordOf(m, STATE.scanning);
  for (;;) {
    const scan = Atomics.load(m, gp + XSCAN);
    if (scan === scanning) osyield(m);
    else if (isOfThisMark(m, scan)) return;
    else {
      // Count the stack before the claim: a worker whose root job finds it claimed takes it for counted.
      count(m, gp, 1);
      if (Atomics.compareExchange(m, gp + XSCAN, scan, running) === scan) return;
      count(m, gp, -1);
    }
  }
}

/** Reports whether the stack of `gp`, which has ended a step, is still to be scanned by its own M. */
export function mustScanOwn(m: Mem, gp: GRef): boolean {
  return isMarking(m) && Atomics.load(m, gp + XSCAN) === wordOf(m, STATE.running);
}

/** Scans the stack of `gp`, which the caller's M runs and which is between two steps. Adds the blocks found to `wbuf`; returns the workbuf to go on with. */
export function scanOwn(m: Mem, mp: MRef, gp: GRef, wbuf: WorkbufRef): WorkbufRef {
  const b = scanFrames(m, mp, gp, wbuf);
  Atomics.store(m, gp + XSCAN, wordOf(m, STATE.scanned));
  return b;
}

/** The work that scanOwn has found is published. */
export function ownScanned(m: Mem, gp: GRef): void {
  count(m, gp, -1);
}

/** Scans the stack of `gp` if no M has claimed it in this mark. Adds the blocks found to `wbuf`; returns the workbuf to go on with. */
export function scanStackOf(m: Mem, mp: MRef, gp: GRef, wbuf: WorkbufRef): WorkbufRef {
  // Look at the status first. A goroutine that is alive now must run to end, and that changes xscan.
  const status = Atomics.load(m, gp + XSTATUS);
  if (status === G_STATUS.dead || status === G_STATUS.idle) return wbuf;
  const scan = Atomics.load(m, gp + XSCAN);
  if (isOfThisMark(m, scan)) return wbuf;
  if (Atomics.compareExchange(m, gp + XSCAN, scan, wordOf(m, STATE.scanning)) !== scan) return wbuf;
  const b = scanFrames(m, mp, gp, wbuf);
  Atomics.store(m, gp + XSCAN, wordOf(m, STATE.scanned));
  return b;
}

function scanFrames(m: Mem, mp: MRef, gp: GRef, wbuf: WorkbufRef): WorkbufRef {
  return scanWords(m, mp, wbuf, m[gp + STACK], m[gp + SP] - m[gp + STACK]);
}

/** Reports whether mark termination may leave out the stack of `gp`. */
export function isDone(m: Mem, gp: GRef): boolean {
  return m[STACKS_OF] === STACKS.once && Atomics.load(m, gp + XSCAN) === wordOf(m, STATE.scanned);
}
