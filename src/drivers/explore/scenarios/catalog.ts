/** Every scenario, in the order in which `--list` shows them. */
import { channels } from './channels.ts';
import { markBitsGo, markBitsTuned } from './mark-bits.ts';
import { flush } from './flush.ts';
import { freeBeside, freeBesideBits, freeUnswept } from './free-beside.ts';
import { arenaGrowth, heapPages } from './heap-pages.ts';
import { reclaim, reclaimEnough } from './reclaim.ts';
import { specialsSweep } from './specials-sweep.ts';
import { stacks } from './stacks.ts';
import { refillPartial, sweepRefill } from './sweep-refill.ts';
import type { Scenario } from './scenario.ts';
import { tinyBlocks, tinyCollected } from './tiny.ts';
import { earlyEnd, wholeCycleGo, wholeCycleTuned } from './whole-cycle.ts';

export const SCENARIOS: readonly Scenario[] = [
  wholeCycleGo,
  wholeCycleTuned,
  earlyEnd,
  markBitsGo,
  markBitsTuned,
  sweepRefill,
  refillPartial,
  freeBeside,
  freeBesideBits,
  freeUnswept,
  specialsSweep,
  reclaim,
  reclaimEnough,
  flush,
  tinyBlocks,
  tinyCollected,
  heapPages,
  arenaGrowth,
  stacks,
  channels,
];
