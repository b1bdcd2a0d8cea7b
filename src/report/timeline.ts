/**
 * The timeline of a collection: what each thread did when. A measured machine (gc/events), the model's virtual clocks
 * and an explored execution yield the same form, which the report draws and the trace files hold.
 */
import { z } from 'zod';
import { count, ns, text } from './schema.ts';

/** The origin of the times: a monotonic clock, the clocks of the model, or one access to shared memory as 1,000 ns. */
export const CLOCKS = ['measured', 'virtual', 'steps'] as const;

/**
 * A moment on a lane. Times are nanoseconds from the start of the timeline.
 */
const moment = z.object({ lane: count, atNs: ns });

export const TimelineShape = z.object({
  name: text,
  clock: z.enum(CLOCKS),
  endNs: ns,
  /** The kinds of slices that occur: `kind` of a slice is an index into this list. */
  kinds: z.array(z.object({ name: text, about: text })),
  /** A lane for each thread. Its slices are columns of equal length, ordered by start; a slice is nested in another or apart from it. */
  lanes: z.array(z.object({
    name: text,
    kind: z.array(count),
    startNs: z.array(ns),
    durationNs: z.array(ns),
    /** What the slice was about, by its index: a root, a span, an address. */
    detail: z.record(z.string(), text),
  })),
  /** Work that one thread handed to another: from the moment it was published to the moment it was taken. */
  flows: z.array(z.object({ kind: z.enum(['handoff', 'steal']), from: moment, to: moment })),
  /** Values over time, in columns of equal length. */
  counters: z.array(z.object({ name: text, unit: z.enum(['bytes', 'count']), atNs: z.array(ns), value: z.array(z.number()) })),
  /** Events that the threads' rings had no room for. */
  dropped: count,
  /** Earlier slices that were left out, so that the timeline has a bounded size. It then begins where the last of them ended. */
  older: count.optional(),
});
export type Timeline = z.infer<typeof TimelineShape>;
