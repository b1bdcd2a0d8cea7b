/**
 * What the exploration build makes into coroutines: all that a scenario may call, and the
 * programs of the scenarios.
 */
export * from '../../sync/lfstack.ts';
export * from '../../sync/lock.ts';
export * from '../../sync/note.ts';
export * from '../../sync/os.ts';
export * from '../../sync/semaphore.ts';
export { boot, enableGC, link, planMemory, startMain } from '../../runtime/boot.ts';
export { setInt } from '../../runtime/mutator.ts';
export { settle } from '../../runtime/settle.ts';
export { leaveCheckpoint } from '../../gc/doorbell.ts';
export { runM } from './scenarios/programs/run-m.ts';
export { CHANNELS } from './scenarios/programs/channels.ts';
export { buildByOperations, runOperations } from './scenarios/programs/heap-operations.ts';
export { buildMarkBits, markBits } from './scenarios/programs/mark-bits.ts';
export { WHOLE_CYCLE, buildWholeCycle } from './scenarios/programs/whole-cycle.ts';
