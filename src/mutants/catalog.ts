/** Every mutant, by the protocol that it breaks, in the order in which `--list` shows them. */
import { CHANNELS } from './channels.ts';
import { BARRIERS } from './concurrent-barriers.ts';
import { CHECKMARKS } from './concurrent-checkmark.ts';
import { MARK_ENDS } from './concurrent-ends.ts';
import { ASSISTING } from './assisting.ts';
import { CONCURRENT_MARKING } from './concurrent-marking.ts';
import { STACK_SCANS } from './concurrent-stacks.ts';
import { FINALIZERS } from './finalizers.ts';
import { PACERS } from './pacers.ts';
import { PACING } from './pacing.ts';
import { PROFILING } from './profile.ts';
import { SCHEDULING } from './scheduling.ts';
import { STOPPING } from './world.ts';
import { TYPING } from './types.ts';
import { WAITING } from './waiting.ts';
import { FREEING } from './freeing.ts';
import { GOROUTINES } from './goroutines.ts';
import { HEAP } from './heap.ts';
import { LFSTACK } from './lfstack.ts';
import { LOCKS } from './locks.ts';
import { MARKING } from './marking.ts';
import { MCACHE } from './mcache.ts';
import { PARFOR } from './parfor.ts';
import { SWEEPING } from './sweeping.ts';
import { TINY } from './tiny.ts';
import { WORKBUFS } from './workbufs.ts';
import { CALLS } from './system-calls.ts';
import { FIGURES } from './cycle-figures.ts';
import { MEMORY } from './given-back.ts';
import { QUEUES } from './finalizer-queue.ts';
import { SPAN_MARKING } from './span-marking.ts';
import { SPECIALS } from './specials.ts';
import { STATISTICS } from './statistics.ts';
import { ORDERINGS } from './orderings.ts';
import { WAITQ } from './wait-queues.ts';
import type { KnownBug } from './known-bug.ts';

export const MUTANTS: readonly KnownBug[] = [
  ...LFSTACK,
  ...LOCKS,
  ...PARFOR,
  ...WORKBUFS,
  ...MARKING,
  ...SWEEPING,
  ...MCACHE,
  ...FREEING,
  ...HEAP,
  ...TINY,
  ...CHANNELS,
  ...FINALIZERS,
  ...PROFILING,
  ...PACERS,
  ...PACING,
  ...STOPPING,
  ...WAITING,
  ...SCHEDULING,
  ...GOROUTINES,
  ...TYPING,
  ...CALLS,
  ...WAITQ,
  ...QUEUES,
  ...SPECIALS,
  ...MEMORY,
  ...STATISTICS,
  ...FIGURES,
  ...ORDERINGS,
  ...CONCURRENT_MARKING,
  ...BARRIERS,
  ...STACK_SCANS,
  ...MARK_ENDS,
  ...CHECKMARKS,
  ...SPAN_MARKING,
  ...ASSISTING,
];
