/** The schema of a timeline in a document. It is apart from the type, which is the library's: its users need no zod. */
import { z } from 'zod';
import { count, ns, text } from './schema.ts';
import { CLOCKS, COUNTER_UNITS, FLOW_KINDS, type Timeline } from './timeline.ts';

const moment = z.object({ lane: count, atNs: ns });

export const TimelineShape = z.object({
  name: text,
  clock: z.enum(CLOCKS),
  endNs: ns,
  kinds: z.array(z.object({ name: text, about: text })),
  lanes: z.array(z.object({
    name: text,
    kind: z.array(count),
    startNs: z.array(ns),
    durationNs: z.array(ns),
    detail: z.record(z.string(), text),
  })),
  flows: z.array(z.object({ kind: z.enum(FLOW_KINDS), from: moment, to: moment })),
  counters: z.array(z.object({ name: text, unit: z.enum(COUNTER_UNITS), atNs: z.array(ns), value: z.array(z.number()) })),
  dropped: count,
  older: count.optional(),
}) satisfies z.ZodType<Timeline>;
