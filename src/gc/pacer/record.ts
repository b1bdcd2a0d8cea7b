/**
 * The pacer's record: Go's gcController. It decides when a mark begins, and how much the program must help.
 *
 *   1. beginPacing, in the stopped world in which a mark begins, notes the heap, the goal and the work expected.
 *   2. While the mark goes on, workers and assists count what they scan (credit.ts), and assists compute the ratio (debt.ts).
 *   3. endPacing, in the stopped world in which the mark ends, notes the figures of the mark, and decides on the next trigger.
 *
 * Work and memory are counted in quads of 8 bytes.
 */
import { stoppedWorld } from '../../memory/guardian.ts';
import { globalRecord } from '../../memory/segment.ts';
import { atomic, by, padding, struct } from '../../memory/struct.ts';

const COLLECTING = stoppedWorld('the collecting M');

/** The pacers: Go 1.5's feedback on the trigger ratio, and Go 1.18's, which computes the runway that a mark needs. */
export const PACER = { feedback: 0, runway: 1 } as const;

/** Do allocations during a mark pay for it by marking? */
export const ASSISTS = { off: 0, on: 1 } as const;

/** Marks whose cons/mark ratio is remembered. */
export const REMEMBERED = 4;

export const Pacer = struct('pacer', 96, {
  /** The trigger ratio: growth of the heap at which a mark begins; see feedback.ts. 0 before the first mark. */
  triggerRatio: by(COLLECTING, 2),
  /** The cons/mark ratios of the last marks, the newest first; see runway.ts. */
  consMark: by(COLLECTING, 2 * REMEMBERED),
  /** Of the mark under way or the last one: the live heap before it, the heap at its begin and at its end, and the goal. */
  markedQ: by(COLLECTING),
  triggerQ: by(COLLECTING),
  endQ: by(COLLECTING),
  goalQ: by(stoppedWorld('the collecting M; assists read it')),
  /** The work that a heap in a steady state needs, and all that there may be. */
  expectedQ: by(stoppedWorld('the collecting M; assists read it')),
  mostQ: by(stoppedWorld('the collecting M; assists read it')),
  /** The goal that the memory limit sets, whatever is live; see limit.ts. */
  limitGoalQ: by(stoppedWorld('the collecting M; the sweeper reads it')),
  /** Stacks and globals at the begin of the mark. */
  rootsQ: by(COLLECTING),
  /** What the last mark scanned before the world stopped. */
  lastScannedQ: by(COLLECTING),
  /** When the mark began, ns. */
  begunNs: by(stoppedWorld('the collecting M; every M reads it'), 2),
  /** Of the last mark, summed over all Ms, ns: assists, and workers by kind. */
  assistNs: by(COLLECTING, 2),
  dedicatedNs: by(COLLECTING, 2),
  fractionalNs: by(COLLECTING, 2),
  idleNs: by(COLLECTING, 2),
  /** The part of the processors that the last mark took, without idle workers. */
  utilization: by(COLLECTING, 2),
  /** The part of its time that each P gives to its fractional worker. */
  fractionalShare: by(stoppedWorld('the collecting M; every M reads it'), 2),
  /** The limiter of memory-limited collection: its bucket, ns; when it was last filled; and whether the bucket is full. See limiter.ts. */
  bucketNs: by(COLLECTING, 2),
  bucketAtNs: by(COLLECTING, 2),
  isLimiting: by(stoppedWorld('the collecting M; assists read it')),
  pad0: padding(10),
  /** What this mark has scanned. */
  xscannedQ: atomic('each M that marks adds to it'),
  pad1: padding(15),
  /** Work that workers have done and no assist has used. It may be negative for a moment. */
  xcreditQ: atomic('workers add to it, assists take from it'),
  pad2: padding(15),
  /** Dedicated workers that no P has taken. */
  xdedicated: atomic('each M that takes or returns one'),
  pad3: padding(15),
});

export const PACING = globalRecord('pacer', Pacer);
export const XDEDICATED = PACING + Pacer.at.xdedicated;
