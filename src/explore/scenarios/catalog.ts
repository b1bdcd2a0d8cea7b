/**
 * Lists every scenario that the source survives, in the order in which `--list` shows them.
 *
 * All commands, campaigns, completion and tests take their scenarios from here. A new scenario
 * stands in one file, and takes one line of modules/registry.ts; see module.ts.
 */
import { boundedBuffer } from './bounded-buffer.ts';
import { cacheFlush } from './cache-flush.ts';
import { barrierBuffered, barrierMoves, barrierScan, barrierUnsound, checkmarkUnsound, checkmarks, markRounds, markRoundsBuffered, stackScan } from './concurrent-mark.ts';
import { assistTermination } from './assist-termination.ts';
import { channels, channelsClose, channelsCrowd } from './channels.ts';
import { finalizers, finalizersBlocks, finalizersLast, finalizersQueue, finalizersWake } from './finalizers.ts';
import { freeBeside, freeBesideBits, freeUnswept } from './free-beside.ts';
import { arenaGrowth, heapPages, longRuns, scavengeOld } from './heap-pages.ts';
import { helpersDone } from './helpers.ts';
import { lfstackLong, lfstackNoCount, lfstackScenario } from './lfstack.ts';
import { locksScenario, notes, semaphores } from './locks.ts';
import { markBitsGo, markBitsLab, markBitsSpans, markBitsTuned, markMixedBits, markMixedGo, markMixedLab, markMixedSpans, markPageSpans, markPairs, markMixedTuned, spanQueues } from './mark-bits.ts';
import { fromModules } from './from-modules.ts';
import { checkmarkFinds, markNeighbours, markNeighboursBuffered, markPhases, markPhasesBuffered, stackBeside } from './mark-phases.ts';
import { pacing } from './pacing.ts';
import { parforFew, parforIdle, parforMany, parforPairs, parforWait } from './parfor.ts';
import { reclaim, reclaimEnough, reuse } from './reclaim.ts';
import { runq, runqFull, runqSpill } from './runq.ts';
import type { Scenario } from './scenario.ts';
import { specialsSweep } from './specials-sweep.ts';
import { profileSweep, specials } from './specials.ts';
import { stacks } from './stacks.ts';
import { refillPartial, sweepRefill } from './sweep-refill.ts';
import { tinyBlocks, tinyCollected } from './tiny.ts';
import { typedCycle } from './typed-cycle.ts';
import { waiting } from './waiting.ts';
import { concurrentCycle, earlyEnd, wholeCycleGo, wholeCycleLab, wholeCycleSpans, wholeCycleTuned } from './whole-cycle.ts';
import { workbufs, workbufsEnd } from './workbufs.ts';
import { byTheClock, clockAlone, collectAtOnce, endWhileStopped, statistics, stopTheWorld, systemCalls, traced } from './world.ts';

export const SCENARIOS: readonly Scenario[] = [
  wholeCycleGo,
  wholeCycleTuned,
  wholeCycleLab,
  wholeCycleSpans,
  earlyEnd,
  typedCycle,
  lfstackScenario,
  lfstackLong,
  locksScenario,
  semaphores,
  notes,
  waiting,
  boundedBuffer,
  parforMany,
  parforFew,
  parforPairs,
  parforWait,
  parforIdle,
  helpersDone,
  workbufs,
  workbufsEnd,
  markBitsGo,
  markBitsTuned,
  markBitsLab,
  markBitsSpans,
  markMixedGo,
  markMixedTuned,
  markMixedLab,
  markMixedSpans,
  markPageSpans,
  markPairs,
  spanQueues,
  markMixedBits,
  sweepRefill,
  refillPartial,
  freeBeside,
  freeBesideBits,
  freeUnswept,
  specialsSweep,
  specials,
  profileSweep,
  reclaim,
  reclaimEnough,
  reuse,
  cacheFlush,
  tinyBlocks,
  tinyCollected,
  heapPages,
  arenaGrowth,
  scavengeOld,
  longRuns,
  stacks,
  channels,
  channelsCrowd,
  channelsClose,
  runq,
  runqFull,
  runqSpill,
  pacing,
  stopTheWorld,
  endWhileStopped,
  collectAtOnce,
  statistics,
  byTheClock,
  clockAlone,
  systemCalls,
  traced,
  barrierScan,
  barrierMoves,
  stackScan,
  barrierBuffered,
  markRounds,
  markRoundsBuffered,
  checkmarks,
  markPhases,
  markPhasesBuffered,
  markNeighbours,
  markNeighboursBuffered,
  stackBeside,
  checkmarkFinds,
  assistTermination,
  concurrentCycle,
  finalizersQueue,
  finalizersBlocks,
  finalizersLast,
  finalizers,
  finalizersWake,
  ...fromModules(),
];

/** Scenarios in which the source as it is fails. */
export const CANARIES: readonly Scenario[] = [lfstackNoCount, ...barrierUnsound, checkmarkUnsound];
