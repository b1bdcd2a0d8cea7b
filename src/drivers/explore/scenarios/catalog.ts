/** Every scenario that the source survives, in the order in which `--list` shows them. */
import { channels } from './channels.ts';
import { markBitsGo, markBitsTuned, markMixedBits, markMixedGo, markMixedTuned } from './mark-bits.ts';
import { markFreed } from './mark-freed.ts';
import { freeBeside } from './free-beside.ts';
import { sweepRefill } from './sweep-refill.ts';
import { lfstackLong, lfstackNoCount, lfstackScenario } from './lfstack.ts';
import { locksScenario, notes, semaphores } from './locks.ts';
import { parforFew, parforMany, parforWait } from './parfor.ts';
import { workbufs, workbufsEnd } from './workbufs.ts';
import type { Scenario } from './scenario.ts';
import { earlyEnd, wholeCycleGo, wholeCycleTuned } from './whole-cycle.ts';

export const SCENARIOS: readonly Scenario[] = [
  wholeCycleGo,
  wholeCycleTuned,
  earlyEnd,
  markBitsGo,
  markBitsTuned,
  markMixedGo,
  markMixedTuned,
  markMixedBits,
  markFreed,
  sweepRefill,
  channels,
  freeBeside,
  lfstackScenario,
  lfstackLong,
  locksScenario,
  semaphores,
  notes,
  parforMany,
  parforFew,
  parforWait,
  workbufs,
  workbufsEnd,
];

/** Scenarios in which the source as it is fails. */
export const CANARIES: readonly Scenario[] = [lfstackNoCount];
