/** How a heap from outside gets into an arena: whole, or with its largest objects represented by smaller blocks. */
import { UsageError } from '../base/fatal.ts';
import { printable } from '../base/printable.ts';
import type { MachineShape } from '../memory/map.ts';
import { formatBytes } from '../base/units.ts';
import type { HeapImage } from '../workloads/heaps/image.ts';
import { imageNeeds, type ImageNeeds } from '../workloads/load-image.ts';
import { WHOLE, limits, type Limit } from '../workloads/represent.ts';
import type { Needs } from '../workloads/workload.ts';
import { GOARCH } from './machine-options.ts';
import { arenaFor, largestArenaOf, type ShapeOptions } from './shape.ts';

/** How full of represented objects an arena that the user gives may be. */
const FILL = 0.75;

/** How a heap is loaded. */
export interface HeapRoom {
  /** What the workload needs, with the heap in front of it. */
  readonly needs: Needs;
  readonly limit: Limit;
}

/**
 * Finds room for `image` beside what a workload needs. Objects are represented only where the heap
 * does not fit otherwise, and the largest first.
 * @param shapeOf the shape of a machine by the bytes of its arena
 * @throws UsageError when no machine has an arena for it
 */
export function roomFor(image: HeapImage, needs: Needs, options: ShapeOptions, shapeOf: (arena: number) => MachineShape): HeapRoom {
  const wordBytes = GOARCH[options.goarch ?? 'amd64'] * 4;
  const withHeap = (arenaBytes: number): Needs => ({ ...needs, arenaBytes: needs.arenaBytes + arenaBytes });
  const whole = imageNeeds(image, wordBytes);
  const { arena } = options;
  // An arena that the user gives is not for comfort: it is too small only if the blocks don't fit.
  const most = arena ?? largestArenaOf(shapeOf);
  const takes = (room: ImageNeeds): number => (arena === undefined ? arenaFor(options, withHeap(room.arenaBytes)) : room.blockBytes);
  if (takes(whole) <= most) return { needs: withHeap(whole.arenaBytes), limit: WHOLE };
  let least = takes(whole);
  for (const limit of limits()) {
    const room = imageNeeds(image, wordBytes, limit);
    if (takes(room) <= (arena === undefined ? most : most * FILL)) return { needs: withHeap(room.arenaBytes), limit };
    least = Math.min(least, takes(room));
  }
  // The machine runs out of memory, and says what to do.
  if (arena !== undefined) return { needs: withHeap(whole.arenaBytes), limit: WHOLE };
  throw new UsageError(`${printable(image.name)} needs an arena of ${formatBytes(least)} for its objects and references alone, and the largest that this machine can have is ${formatBytes(most)}`);
}
