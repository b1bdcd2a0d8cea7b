/** The functions of the core that are compiled, and whatever they call. The build reads this file. */
export { scanBuffered } from '../gc/collectors/concurrent/scan.ts';
export { scanHeapBits } from '../gc/scan-heapbits.ts';
export { scanObjects } from '../gc/scan-objects.ts';
export { scanPieces } from '../gc/scan-pieces.ts';
export { scanRun } from '../gc/scan-run.ts';
export { scanTyped } from '../gc/scan-typed.ts';
export { scanSpans } from '../gc/spans/scan.ts';
