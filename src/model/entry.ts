/** What the model's build makes into coroutines: the mark phase. */
export { markAsCollector, markAsHelper } from './programs/mark.ts';
export { bounce, contend, count, nap, readLines, sleepAndWake, writeLines } from './programs/litmus.ts';
