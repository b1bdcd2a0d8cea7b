/** Every scenario, in the order in which `--list` shows them. */
import { channels } from './channels.ts';
import { markBitsGo, markBitsTuned } from './mark-bits.ts';
import { runq, runqFull } from './runq.ts';
import { profileSweep, specials } from './specials.ts';
import { pacing } from './pacing.ts';
import { waiting } from './waiting.ts';
import { collectAtOnce, endWhileStopped, statistics, stopTheWorld } from './world.ts';
import { finalizers, finalizersQueue, finalizersWake } from './finalizers.ts';
import { freeBeside } from './free-beside.ts';
import { sweepRefill } from './sweep-refill.ts';
import type { Scenario } from './scenario.ts';
import { earlyEnd, wholeCycleGo, wholeCycleTuned } from './whole-cycle.ts';

export const SCENARIOS: readonly Scenario[] = [
  wholeCycleGo,
  wholeCycleTuned,
  earlyEnd,
  markBitsGo,
  markBitsTuned,
  sweepRefill,
  channels,
  freeBeside,
  runq,
  runqFull,
  specials,
  profileSweep,
  pacing,
  waiting,
  stopTheWorld,
  endWhileStopped,
  collectAtOnce,
  statistics,
  finalizersQueue,
  finalizers,
  finalizersWake,
];
