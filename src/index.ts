/**
 * sweepgen as a library: start a machine, watch it, read it.
 *
 *     import { startRuntime } from 'sweepgen';
 *     const runtime = await startRuntime({ workload: 'churn', procs: 2, verify: true });
 *     const { memstats, cycles } = await runtime.finished;
 */
export { startRuntime } from './drivers/threads/start.ts';
export type { HeapDumpFile, LoadedHeap, Progress, RunResult, Runtime, RuntimeOptions } from './drivers/api.ts';
export type { Cycle } from './gc/cycle-log.ts';
export type { Scavenge } from './malloc/scavenge-log.ts';
export type { MemProfile, ProfileFunction, ProfileRecord } from './report/memprofile.ts';
export type { MemStats } from './report/memstats.ts';
export type { Needs, Param, Params, Workload } from './workloads/workload.ts';
export type { HeapImage } from './workloads/heaps/image.ts';
export { openHeapFile } from './workloads/heaps/open-heap.ts';
export { readDump } from './workloads/heaps/go-dump-decode.ts';
export { writeDump } from './workloads/heaps/go-dump-encode.ts';
export type { DumpDocument, DumpRecord } from './workloads/heaps/go-dump-schema.ts';
export { EXIT, Fatal, UsageError } from './base/fatal.ts';
export { HeapBroken, MachineStuck, Stopped, WorkloadError } from './drivers/errors.ts';
