/** Types of played-slices.mjs for the tests. */
import type { Slice, SliceResult, Station } from '../../src/explore/campaigns/slice.ts';

export function failureAt(station: Pick<Station, 'scenario' | 'memory'>, seed: number): string | undefined;
export function playSlice(slice: Pick<Slice, 'station' | 'seed' | 'executions' | 'shrink'>): SliceResult;
