/** Knobs of scenarios with the lab's mark loop. */
import { DIRECTION, MARK_BY, ORDER } from '../../memory/config.ts';
import type { MachineShape } from '../../memory/map.ts';
import { POLICY } from '../../gc/policy.ts';
import type { Knob, Knobs } from './scenario.ts';

/** The defaults are a FIFO queue, a prefetch ring and split objects: the variants with the most shared state. */
export const LAB_KNOBS: readonly Knob[] = [
  { name: 'mark', summary: 'how a mark is set: 1 by a byte store, 0 by CAS', values: [MARK_BY.byte, MARK_BY.cas] },
  { name: 'order', summary: 'which object is scanned next: 1 the oldest, 0 the newest', values: [ORDER.fifo, ORDER.lifo] },
  { name: 'direction', summary: 'order in which words are read: 1 backwards, 0 forwards', values: [DIRECTION.backwards, DIRECTION.forwards] },
  { name: 'split', summary: 'words above which an object is scanned in pieces; 0: never', values: [4, 0] },
  { name: 'prefetch', summary: 'objects to prefetch', values: [2, 0] },
];

/** Returns the fields of a machine's shape that these knobs set. */
export function labShape({ mark, order, direction, split, prefetch }: Knobs): Partial<MachineShape> {
  return { policy: POLICY.lab, labMark: mark, labOrder: order, labDirection: direction, labSplit: split, labPrefetch: prefetch };
}
