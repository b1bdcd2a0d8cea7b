/**
 * sweepgen as a library: start a machine, watch it, read it.
 *
 *     import { startRuntime } from 'sweepgen';
 *     const runtime = await startRuntime({ workload: 'churn', procs: 2, verify: true });
 *     const { memstats, cycles } = await runtime.finished;
 */
export { startRuntime } from './run/threads/start.ts';
export type { HeapDumpFile, LoadedHeap, Progress, RunResult, Runtime, RuntimeOptions } from './run/api.ts';
export { HeapRecorder, type Pause } from './run/heap-recorder.ts';
export type { HeapSample } from './run/heap-samples.ts';
export type { HeapSnapshot } from './run/heap-snapshots.ts';
export type { MachineTuning, Policy } from './run/tuning.ts';
export type { Hole } from './malloc/sys.ts';
export type { MachineShape, MemoryMap, Region } from './memory/map.ts';
export type { Cycle } from './gc/cycle-log.ts';
export type { Scavenge } from './malloc/scavenge-log.ts';
export type { MemProfile, ProfileFunction, ProfileRecord } from './inspect/memprofile.ts';
export type { MemStats } from './inspect/memstats.ts';
export type { RecordedEvents } from './inspect/event-log.ts';
export { timelineOf, type TimelineOptions } from './report/timeline-of-events.ts';
export type { Timeline } from './report/timeline.ts';
export type { HeapAccount } from './workloads/account.ts';
// For workloads.
export type { Needs, Param, Params, Workload, WorkloadModule } from './workloads/workload.ts';
export type { Toolkit } from './workloads/toolkit.ts';
export type { Step } from './runtime/goroutine.ts';
export type { SelectCase } from './runtime/select.ts';
export type { Found } from './malloc/lookup.ts';
export type { MemStat } from './gc/memstats.ts';
export type { TypeTable } from './heap/type-table.ts';
export type { MapDecl, Of, TypeDecl } from './heap/type-decl.ts';
export type { Mem } from './memory/struct.ts';
export type { Ref } from './memory/address.ts';
export type { GRef } from './machine/g.ts';
export type { MRef } from './machine/m.ts';
// For heaps.
export type { HeapImage } from './workloads/heaps/image.ts';
export type { HeapFacts } from './workloads/heaps/heap-facts.ts';
export type { Places } from './workloads/heaps/places.ts';
export { openHeapFile } from './workloads/heaps/open-heap.ts';
export { readDump } from './workloads/heaps/go-dump-decode.ts';
export { writeDump } from './workloads/heaps/go-dump-encode.ts';
export type { DumpDocument, DumpRecord } from './workloads/heaps/go-dump-schema.ts';
// Errors, and the exit codes that they carry.
export { EXIT, Fatal, UsageError, type Facts } from './base/fatal.ts';
export { HeapBroken, MachineStuck, Stopped, WorkloadError } from './run/errors.ts';
export { HeapFormatError } from './workloads/heaps/format-error.ts';
