/**
 * The documents that --json prints. The schemas are their definition: a document is checked
 * against its own before it is printed. `schema` grows with every change that could break a
 * reader; new fields don't.
 */
import { z } from 'zod';
import type { RunResult } from '../drivers/api.ts';
import { GcStats } from '../gc/collect-stats.ts';
import { CYCLE_FIELDS, type CycleField } from '../gc/cycle-log.ts';
import type { HeapImage } from '../workloads/heaps/image.ts';
import type { Scaling } from './scaling.ts';
import type { RunSetting } from './summary.ts';

/** 2: PauseNs is Go's ring of 256, not the last pauses alone. */
const SCHEMA = 2;

const count = z.number().int().nonnegative();
const ns = z.number().nonnegative();

const COLLECT_STATS = Object.keys(GcStats.at).filter((name) => name !== 'instr');

/** With --godebug collectstats. */
const collectStats = z.object({ ...Object.fromEntries(COLLECT_STATS.map((name) => [name, count])), instr: z.array(count) });

const cycle = z.object({
  ...(Object.fromEntries(CYCLE_FIELDS.map((field) => [field, z.number()])) as Record<CycleField, z.ZodNumber>),
  collectStats: collectStats.optional(),
});

/** Go's runtime.MemStats. */
const memstats = z.object({
  Alloc: count, TotalAlloc: count, Sys: count, Lookups: count, Mallocs: count, Frees: count,
  HeapAlloc: count, HeapSys: count, HeapIdle: count, HeapInuse: count, HeapReleased: count, HeapObjects: count,
  StackInuse: count, StackSys: count, MSpanInuse: count, MSpanSys: count, MCacheInuse: count, MCacheSys: count,
  BuckHashSys: count, GCSys: count, OtherSys: count,
  NextGC: count, LastGC: count, PauseTotalNs: ns, PauseNs: z.array(ns), PauseEnd: z.array(count),
  NumGC: count, EnableGC: z.boolean(), DebugGC: z.boolean(),
  BySize: z.array(z.object({ Size: count, Mallocs: count, Frees: count })),
});

const facts = z.object({
  format: z.string(),
  /** Pointers that lead to objects. */
  roots: z.object({ data: count, bss: count, frames: count, finalizers: count, other: count }),
  goroutines: z.object({ count, frames: count, waiting: z.array(z.object({ reason: z.string(), count })) }),
  by: z.enum(['type', 'size']),
  groups: z.array(z.object({ name: z.string(), objects: count, bytes: count })),
});

export const RunDocument = z.object({
  schema: z.literal(SCHEMA),
  command: z.literal('run'),
  workload: z.string(),
  procs: count.positive(),
  gogc: z.union([count, z.literal('off')]),
  seed: count,
  params: z.record(z.string(), z.number()),
  elapsedNs: ns,
  /** Checkpoints at which the oracle found nothing wrong; 0 without --verify. */
  verified: count,
  /** What the workload says of its run. */
  lines: z.array(z.string()),
  memstats,
  cycles: z.array(cycle),
  /** What was read with --heap, and what has become of it. */
  heap: z.object({
    name: z.string(), bytes: count, objects: count, edges: count, reachable: count, unreachable: count, freed: count, inUse: count,
    inPlace: z.boolean(),
    facts: facts.optional(),
  }).optional(),
  heapdump: z.object({ path: z.string(), objects: count, bytes: count }).optional(),
});

export const ScaleDocument = z.object({
  schema: z.literal(SCHEMA),
  command: z.literal('scale'),
  heap: z.object({ name: z.string(), objects: count, bytes: count, spans: count, facts: facts.optional() }),
  cores: count.positive(),
  verified: count,
  /** Counts are medians of a collection. */
  results: z.array(z.object({
    procs: count.positive(),
    markNs: z.array(ns),
    medianNs: ns,
    /** Bounds of the median; null for each that the sample is too small to give. */
    intervalNs: z.tuple([ns.nullable(), ns.nullable()]),
    objectsMarked: z.number(),
    bytesMarked: z.number(),
    handoff: z.number(),
    steal: z.number(),
    yields: z.number(),
    idleShare: z.number().min(0).max(1),
  })),
});

export function runDocument(setting: RunSetting & { readonly params: Readonly<Record<string, number>> }, result: RunResult, image?: HeapImage): string {
  const heap = image === undefined ? undefined : { name: image.name, bytes: image.bytes, facts: image.facts, ...result.heap };
  return print(RunDocument.parse({ schema: SCHEMA, command: 'run', ...setting, ...result, heap }));
}

export function scaleDocument({ results, ...rest }: Scaling): string {
  return print(ScaleDocument.parse({
    schema: SCHEMA,
    command: 'scale',
    ...rest,
    results: results.map(({ interval, ...result }) => ({
      ...result,
      intervalNs: [interval.low, interval.high].map((bound) => (Number.isFinite(bound) ? bound : null)),
    })),
  }));
}

function print(document: object): string {
  return JSON.stringify(document, null, 2);
}
