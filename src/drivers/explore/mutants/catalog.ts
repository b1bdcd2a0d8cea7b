/** Every mutant, by the protocol that it breaks, in the order in which `--list` shows them. */
import { CHANNELS } from './channels.ts';
import { FREEING } from './freeing.ts';
import { LFSTACK } from './lfstack.ts';
import { LOCKS } from './locks.ts';
import { MARKING } from './marking.ts';
import { PARFOR } from './parfor.ts';
import { SWEEPING } from './sweeping.ts';
import { WORKBUFS } from './workbufs.ts';
import type { KnownBug } from './known-bug.ts';

export const MUTANTS: readonly KnownBug[] = [
  ...LFSTACK,
  ...LOCKS,
  ...PARFOR,
  ...WORKBUFS,
  ...MARKING,
  ...SWEEPING,
  ...FREEING,
  ...CHANNELS,
];
