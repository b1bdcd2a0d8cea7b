/** The functions of workloads that are compiled, and whatever they call. The build reads this file. */
export { fillRing } from '../workloads/ring.ts';
export { countChunk, growChunk } from '../workloads/tree-chunks.ts';
