/** The lab's mark loop in scenarios: its means as knobs. */
import { DIRECTION, MARK_BY, ORDER } from '../../memory/config.ts';
import type { MachineShape } from '../../memory/map.ts';
import { POLICY } from '../../gc/policy.ts';
import type { Knob, Knobs } from './scenario.ts';

/** A queue, a ring and pieces by default: of what there is, most to go wrong. */
export const LAB_KNOBS: readonly Knob[] = [
  { name: 'mark', summary: 'how a mark is set: 1 by a store of its byte, 0 by CAS', values: [MARK_BY.byte, MARK_BY.cas] },
  { name: 'order', summary: 'which object is next: 1 the oldest, 0 the newest', values: [ORDER.fifo, ORDER.lifo] },
  { name: 'direction', summary: 'how words are read: 1 backwards, 0 forwards', values: [DIRECTION.backwards, DIRECTION.forwards] },
  { name: 'split', summary: 'words above which an object is scanned in pieces, 0 for never', values: [4, 0] },
  { name: 'prefetch', summary: 'objects touched ahead', values: [2, 0] },
];

/** What of a machine's shape these knobs set. */
export function labShape({ mark, order, direction, split, prefetch }: Knobs): Partial<MachineShape> {
  return { policy: POLICY.lab, labMark: mark, labOrder: order, labDirection: direction, labSplit: split, labPrefetch: prefetch };
}
