/**
 * What the exploration build makes into coroutines: all that a scenario may call, and the
 * programs of the scenarios.
 */
export * from '../sync/lfstack.ts';
export * from '../sync/lock.ts';
export * from '../sync/note.ts';
export * from '../sync/os.ts';
export * from '../sync/semaphore.ts';
export { writeConfig } from '../memory/map.ts';
export { boot, enableGC, link, planMemory, startMain } from '../runtime/boot.ts';
export { setInt } from '../runtime/mutator.ts';
export { settle } from '../runtime/settle.ts';
export { leaveCheckpoint } from '../gc/doorbell.ts';
export * from './scenarios/modules/registry.ts';
export { runM } from './scenarios/programs/run-m.ts';
export { CHANNELS } from './scenarios/programs/channels.ts';
export { CHANNELS_CROWD } from './scenarios/programs/channels-crowd.ts';
export { CHANNELS_CLOSE } from './scenarios/programs/channels-close.ts';
export { buildByOperations, runOperations } from './scenarios/programs/heap-operations.ts';
export { buildBoundedBuffer, runBoundedBuffer } from './scenarios/programs/bounded-buffer.ts';
export { runStackOperations } from './scenarios/programs/lfstack.ts';
export { runHelpers } from './scenarios/programs/helpers.ts';
export { buildLocks, runLocks } from './scenarios/programs/locks.ts';
export { buildParFor, buildParForLate, runParFor, runParForLate } from './scenarios/programs/parfor.ts';
export { buildWorkbufs, runWorkbufs } from './scenarios/programs/workbufs.ts';
export { buildMarkBits, markBits } from './scenarios/programs/mark-bits.ts';
export { buildMarkMixed } from './scenarios/programs/mark-mixed.ts';
export { WHOLE_CYCLE, buildWholeCycle } from './scenarios/programs/whole-cycle.ts';
export { TYPED_CYCLE } from './scenarios/programs/typed-cycle.ts';
export { buildRunq, runRunq } from './scenarios/programs/runq.ts';
export { buildSpecials, runSpecials } from './scenarios/programs/specials.ts';
export { buildPacing, runPacing } from './scenarios/programs/pacing.ts';
export { buildWaiting, runWaiting } from './scenarios/programs/waiting.ts';
export { WORLD, WORLD_ORDERS, buildWorld } from './scenarios/programs/world.ts';
export { FINALIZERS, FINALIZERS_ORDERS, buildFinalizers } from './scenarios/programs/finalizers.ts';
