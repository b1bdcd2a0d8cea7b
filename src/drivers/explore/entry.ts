/**
 * What the exploration build makes into coroutines: all that a scenario may call, and the
 * programs of the scenarios.
 */
export * from '../../sync/lfstack.ts';
export * from '../../sync/lock.ts';
export * from '../../sync/note.ts';
export * from '../../sync/os.ts';
export * from '../../sync/semaphore.ts';
export { writeConfig } from '../../memory/map.ts';
export { boot, enableGC, link, planMemory, startMain } from '../../runtime/boot.ts';
export { setInt } from '../../runtime/mutator.ts';
export { settle } from '../../runtime/settle.ts';
export { leaveCheckpoint } from '../../gc/doorbell.ts';
export { runM } from './scenarios/programs/run-m.ts';
export { CHANNELS } from './scenarios/programs/channels.ts';
export { buildFreeBeside, freeBeside } from './scenarios/programs/free-beside.ts';
export { runStackOperations } from './scenarios/programs/lfstack.ts';
export { buildLocks, runLocks } from './scenarios/programs/locks.ts';
export { buildParFor, runParFor } from './scenarios/programs/parfor.ts';
export { buildWorkbufs, runWorkbufs } from './scenarios/programs/workbufs.ts';
export { buildMarkBits, markBits } from './scenarios/programs/mark-bits.ts';
export { buildMarkFreed, markFreedBeside } from './scenarios/programs/mark-freed.ts';
export { buildMarkMixed } from './scenarios/programs/mark-mixed.ts';
export { buildSweepRefill, sweepRefill } from './scenarios/programs/sweep-refill.ts';
export { WHOLE_CYCLE, buildWholeCycle } from './scenarios/programs/whole-cycle.ts';
