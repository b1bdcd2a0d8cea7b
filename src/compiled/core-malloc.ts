/** The functions of malloc that are compiled, and whatever they call. The build reads this file. */
export { leaveMalloc } from '../malloc/help.ts';
export { mallocSmall, refillOrDie } from '../malloc/small.ts';
export { sweepone } from '../malloc/sweep.ts';
