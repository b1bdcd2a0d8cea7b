/** What the model's build makes into coroutines: the mark phase. */
export { markAsCollector, markAsHelper } from './programs/mark.ts';
export { bounce, contend, count, sleepAndWake } from './programs/litmus.ts';
