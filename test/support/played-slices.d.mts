/** Types of played-slices.mjs for the tests. */
import type { Slice, SliceResult } from '../../src/explore/campaigns/slice.ts';

export function failureAt(scenario: string, seed: number): string | undefined;
export function playSlice(slice: Pick<Slice, 'station' | 'seed' | 'executions' | 'shrink'>): SliceResult;
