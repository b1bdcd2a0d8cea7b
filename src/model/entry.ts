/** The programs that the build turns into coroutines for the model. */
export { allocAsCaller, allocAsHelper } from './programs/alloc.ts';
export { markAsCollector, markAsHelper } from './programs/mark.ts';
export { sweepAsCaller, sweepAsHelper } from './programs/sweep.ts';
export { runUntilStopped, stopAsCaller } from './programs/world.ts';
export { bounce, contend, count, nap, readLines, sleepAndWake, writeLines } from './programs/litmus.ts';
