/** Every mutant, by the protocol that it breaks, in the order in which `--list` shows them. */
import { CHANNELS } from './channels.ts';
import { FREEING } from './freeing.ts';
import { HEAP } from './heap.ts';
import { MARKING } from './marking.ts';
import { MCACHE } from './mcache.ts';
import { SWEEPING } from './sweeping.ts';
import { TINY } from './tiny.ts';
import { WORKBUFS } from './workbufs.ts';
import type { KnownBug } from './known-bug.ts';

export const MUTANTS: readonly KnownBug[] = [
  ...MARKING,
  ...WORKBUFS,
  ...SWEEPING,
  ...MCACHE,
  ...FREEING,
  ...HEAP,
  ...TINY,
  ...CHANNELS,
];
