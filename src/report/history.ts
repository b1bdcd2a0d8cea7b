/** The heap over time: the field `history` of a recorded run. */
import { z } from 'zod';
import type { HeapRecorder } from '../run/heap-recorder.ts';
import { count, ns } from './schema.ts';

/** Times are nanoseconds from the start of the run, without the time in which the machine waited at checkpoints. */
export const HistoryShape = z.object({
  endNs: ns,
  /** The least time between two samples. It doubles whenever there are too many. */
  sampleIntervalNs: ns,
  /** The heap at moments in order, in columns of equal length; bytes. */
  samples: z.object({
    atNs: z.array(ns),
    /** HeapAlloc: allocated blocks that are not yet swept away. */
    allocated: z.array(count),
    /** The part of it that the last mark found, or that is still to be swept; null before the first collection. */
    live: z.array(count.nullable()),
    /** NextGC: the size at which the next collection starts; null with GOGC off. */
    goal: z.array(count.nullable()),
    /** Spans in use, those of stacks included. */
    inUse: z.array(count),
    /** The part of the arena that the heap has taken so far. */
    arena: z.array(count),
  }),
  /** The pauses in order, in columns of equal length. */
  pauses: z.object({
    /** Number of the collection. */
    cycle: z.array(count),
    startNs: z.array(ns),
    durationNs: z.array(ns),
    /** Bytes allocated at the end of the mark. */
    allocated: z.array(count),
  }),
});
export type History = z.infer<typeof HistoryShape>;

/** Returns the field of what `recorder` has recorded. */
export function historyOf({ endNs, sampleIntervalNs, samples, pauses }: HeapRecorder): History {
  return {
    endNs,
    sampleIntervalNs,
    samples: {
      atNs: samples.map(({ atNs }) => atNs),
      allocated: samples.map(({ allocated }) => allocated),
      live: samples.map(({ live }) => live),
      goal: samples.map(({ goal }) => goal),
      inUse: samples.map(({ inUse }) => inUse),
      arena: samples.map(({ arena }) => arena),
    },
    pauses: {
      cycle: pauses.map(({ cycle }) => cycle),
      startNs: pauses.map(({ startNs }) => startNs),
      durationNs: pauses.map(({ durationNs }) => durationNs),
      allocated: pauses.map(({ allocated }) => allocated),
    },
  };
}
