/** The programs that the build turns into coroutines for the model. */
export { markAsCollector, markAsHelper } from './programs/mark.ts';
export { bounce, contend, count, nap, readLines, sleepAndWake, writeLines } from './programs/litmus.ts';
