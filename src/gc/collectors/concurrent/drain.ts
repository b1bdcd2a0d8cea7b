/**
 * Marking concurrently with the program, a bounded piece at a time.
 *
 *   1. Take work: an object of this M's workbuf; else the blocks that barriers have shaded; else a
 *      full workbuf; else a root job.
 *   2. Scan it, and add what is found to the workbuf (scan.ts).
 *   3. After so many words, or when no work is left, push the workbuf, so that no M holds work
 *      outside of this function.
 *
 * The last M to leave that finds no work asks for mark termination. It looks in this order, because work moves from stacks to
 * the lists, and from the lists to Ms:
 *
 *   1. No M marks (xactive), and no stack is left to scan. So all work is on the lists, or a job of the roots.
 *   2. The lists and the jobs are empty.
 *   3. No M has begun to mark since 1: xactive counts them. Such an M may have taken the work before 2.
 *
 * Its answer may be wrong by then:
 * a mutator may shade a block at any time. With TERMINATION.count, mark termination stops the world
 * and marks what is left, so a wrong answer costs only time. With TERMINATION.ragged, a round of
 * the ragged barrier must be quiet as well (rounds.ts), and a stopped world with work left goes on.
 *
 * Source: gcDrain in mgcmark.go of Go 1.5.
 */
import type { Mem } from '../../../memory/struct.ts';
import { CONFIG, Config } from '../../../memory/config.ts';
import { addWide } from '../../../memory/wide.ts';
import { lfstackempty, lfstackpop, lfstackpush } from '../../../sync/lfstack.ts';
import { osyield } from '../../../sync/os.ts';
import { racyLoad } from '../../../sync/racy.ts';
import { gAt, type GRef } from '../../../machine/g.ts';
import { GCStats, M, type MRef } from '../../../machine/m.ts';
import { scanBuffered } from '../../compiled.ts';
import { ScanBuf, scanbufOf } from '../../scanbuf.ts';
import { FULL, getempty, putempty, workbufStruct, type WorkbufRef } from '../../work.ts';
import { PROGRESS } from '../descriptor.ts';
import { CONCURRENT, Concurrent, TERMINATION, isMarking } from './state.ts';
import { answerRound, isRoundQuiet } from './rounds.ts';
import { PIECE_WORDS, addGrey, scanWords } from './scan.ts';
import { flushBarriers, nextShaded, noneShaded, takeShaded } from './shade.ts';
import { hasUnscanned, mustScanOwn, ownScanned, scanOwn, scanStackOf } from './stacks.ts';

const DATA = CONFIG + Config.at.data;
const BSS = CONFIG + Config.at.bss;
const CYCLE_LOG = CONFIG + Config.at.cycleLog;
const NROOTS = CONCURRENT + Concurrent.at.nroots;
const XNEXTROOT = CONCURRENT + Concurrent.at.xnextroot;
const XACTIVE = CONCURRENT + Concurrent.at.xactive;
const { nobj: NOBJ } = workbufStruct(1).at;
const TERMINATION_OF = CONFIG + Config.at.termination;
const { heartbeat: HEARTBEAT, published: PUBLISHED } = M.at;
const { scanned: SCANNED } = ScanBuf.at;
/** What xactive grows by when an M begins to mark; the part of it that counts the Ms that mark. */
const ENTER = (1 << 8) + 1;
const ACTIVE_MS = (1 << 8) - 1;
/** What a root job costs of the budget. */
const WORDS_OF_ROOT = 16;
const BYTES_SCANNED = M.at.gcstats + GCStats.at.bytesScanned;

/** Returns the number of root jobs for `stacks` goroutines: pieces of the data, pieces of the globals, stacks. */
export function rootJobs(m: Mem, stacks: number): number {
  return pieces(m[BSS] - m[DATA]) + pieces(m[CYCLE_LOG] - m[BSS]) + stacks;
}

function pieces(words: number): number {
  return Math.ceil(words / PIECE_WORDS);
}

/**
 * Marks until about `budget` words are scanned, or no work is left.
 * @returns one of PROGRESS
 */
export function drain(m: Mem, mp: MRef, budget: number): number {
  if (!isMarking(m)) return PROGRESS.off;
  Atomics.add(m, XACTIVE, ENTER);
  m[mp + HEARTBEAT]++;
  let wbuf = getempty(m, mp, 0);
  let scanned = 0;
  while (scanned < budget) {
    if (m[wbuf + NOBJ] === 0) {
      wbuf = findWork(m, mp, wbuf);
      if (m[wbuf + NOBJ] !== 0) continue;
      // Racy: a stale job number costs one try more. It is read only to keep the counter from growing for ever.
      if (racyLoad(m, XNEXTROOT) >= m[NROOTS]) break;
      wbuf = scanRoot(m, mp, Atomics.add(m, XNEXTROOT, 1), wbuf);
      scanned += WORDS_OF_ROOT;
      continue;
    }
    wbuf = scanBuffered(m, mp, wbuf, budget - scanned);
    scanned += m[scanbufOf(mp) + SCANNED];
  }
  addWide(m, mp + BYTES_SCANNED, scanned * 4);
  if (scanned > 0) m[mp + PUBLISHED] = 1;
  giveUp(m, mp, wbuf);
  const active = Atomics.sub(m, XACTIVE, 1) - 1;
  const areOthersDone = (active & ACTIVE_MS) === 0 && !hasUnscanned(m);
  if (!noWork(m)) return PROGRESS.some;
  const isCounting = m[TERMINATION_OF] === TERMINATION.count;
  if (!areOthersDone || Atomics.load(m, XACTIVE) !== active) {
    // While rounds go on, an idle worker looks again and again; the other M may need its processor.
    if (!isCounting) osyield(m);
    return PROGRESS.others;
  }
  return isCounting || isRoundQuiet(m, mp) ? PROGRESS.none : PROGRESS.others;
}

/** Reports whether a mark is under way, no M marks, no stack is left to scan, and no work is in sight. */
export function isAtEnd(m: Mem): boolean {
  return isMarking(m) && (Atomics.load(m, XACTIVE) & ACTIVE_MS) === 0 && !hasUnscanned(m) && noWork(m);
}

/** Reports whether no work is in sight. */
export function noWork(m: Mem): boolean {
  // Racy: a stale job number only asks for one more look.
  return noneShaded(m) && lfstackempty(m, FULL) && racyLoad(m, XNEXTROOT) >= m[NROOTS];
}

/** Pushes `wbuf`, or puts it away if it is empty. */
function giveUp(m: Mem, mp: MRef, wbuf: WorkbufRef): void {
  if (m[wbuf + NOBJ] === 0) putempty(m, mp, wbuf);
  else lfstackpush(m, FULL, wbuf);
}

/** Fills the empty `wbuf` with shaded blocks, or exchanges it for a full one. Returns the workbuf to go on with; it is empty if there is no such work. */
function findWork(m: Mem, mp: MRef, wbuf: WorkbufRef): WorkbufRef {
  const b = gatherShaded(m, mp, wbuf);
  if (m[b + NOBJ] !== 0) return b;
  const full = lfstackpop(m, FULL);
  if (full === 0) return b;
  putempty(m, mp, b);
  return full;
}

/** Adds all shaded blocks to `wbuf`. Returns the workbuf to go on with. */
function gatherShaded(m: Mem, mp: MRef, wbuf: WorkbufRef): WorkbufRef {
  let b = wbuf;
  for (let p = takeShaded(m); p !== 0; p = nextShaded(m, p)) b = addGrey(m, mp, b, p);
  return b;
}

/** Does root job `job`. Returns the workbuf to go on with. */
function scanRoot(m: Mem, mp: MRef, job: number, wbuf: WorkbufRef): WorkbufRef {
  if (job >= m[NROOTS]) return wbuf;
  const data = pieces(m[BSS] - m[DATA]);
  if (job < data) return scanPiece(m, mp, wbuf, m[DATA], m[BSS], job);
  const globals = data + pieces(m[CYCLE_LOG] - m[BSS]);
  if (job < globals) return scanPiece(m, mp, wbuf, m[BSS], m[CYCLE_LOG], job - data);
  return scanStackOf(m, mp, gAt(m, job - globals), wbuf);
}

/** Scans piece `i` of the memory from `from` up to `to`. */
function scanPiece(m: Mem, mp: MRef, wbuf: WorkbufRef, from: number, to: number, i: number): WorkbufRef {
  const p = from + i * PIECE_WORDS;
  return scanWords(m, mp, wbuf, p, Math.min(PIECE_WORDS, to - p));
}

/** The step of `gp` is over, which is a safe point: scans its stack if that is this M's to do, and answers the round of the ragged barrier. */
export function goroutineRests(m: Mem, mp: MRef, gp: GRef): void {
  if (mustScanOwn(m, gp)) {
    m[mp + PUBLISHED] = 1;
    giveUp(m, mp, scanOwn(m, mp, gp, getempty(m, mp, 0)));
    ownScanned(m, gp);
  }
  if (m[TERMINATION_OF] === TERMINATION.ragged && isMarking(m)) answerRound(m, mp);
}

/** Makes work of what barriers have recorded or shaded. The world is stopped for mark termination. */
export function pushShaded(m: Mem, mp: MRef): void {
  flushBarriers(m);
  giveUp(m, mp, gatherShaded(m, mp, getempty(m, mp, 0)));
}
