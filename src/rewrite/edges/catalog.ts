/** Every protocol edge; its index in this list is its number in `$edges`. */
import { ALLOCATION_EDGES } from './allocation.ts';
import { CHANNEL_EDGES } from './channels.ts';
import type { Edge } from './edge.ts';
import { FINALIZER_EDGES } from './finalizers.ts';
import { MARKING_EDGES } from './marking.ts';
import { SWEEPING_EDGES } from './sweeping.ts';
import { SYNC_EDGES } from './sync.ts';
import { WORLD_EDGES } from './world.ts';

export const EDGES: readonly Edge[] = [
  ...SYNC_EDGES,
  ...MARKING_EDGES,
  ...SWEEPING_EDGES,
  ...ALLOCATION_EDGES,
  ...FINALIZER_EDGES,
  ...WORLD_EDGES,
  ...CHANNEL_EDGES,
];
