/** Fits a loaded heap into an arena: whole, or with its largest objects represented by smaller blocks. */
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

/** The largest share of an arena of the user's size that represented objects may fill. */
const FILL = 0.75;

export interface HeapRoom {
  /** The needs of the workload and the heap together. */
  readonly needs: Needs;
  /** The objects that are represented. */
  readonly limit: Limit;
}

/**
 * Finds room for `image` beside the needs of a workload. If the heap does not fit whole, the largest objects are
 * represented first.
 * @param shapeOf returns the shape of a machine whose arena has that many bytes
 * @throws UsageError if no machine has an arena for it
 */
export function roomFor(image: HeapImage, needs: Needs, options: ShapeOptions, shapeOf: (arena: number) => MachineShape): HeapRoom {
  const wordBytes = GOARCH[options.goarch ?? 'amd64'] * 4;
  const withHeap = (arenaBytes: number): Needs => ({ ...needs, arenaBytes: needs.arenaBytes + arenaBytes });
  const whole = imageNeeds(image, wordBytes);
  const { arena } = options;
  // An arena of the user's size needs no spare room: it is too small only if the blocks don't fit.
  const most = arena ?? largestArenaOf(shapeOf);
  const takes = (room: ImageNeeds): number => (arena === undefined ? arenaFor(options, withHeap(room.arenaBytes)) : room.blockBytes);
  // malloc has no block for an object of 4 GB (MAX_ALLOC in malloc/malloc.ts), so such an object is represented.
  const hasBlocks = image.oversized === undefined || image.oversized.size === 0;
  if (hasBlocks && takes(whole) <= most) return { needs: withHeap(whole.arenaBytes), limit: WHOLE };
  let least = takes(whole);
  for (const limit of limits()) {
    const room = imageNeeds(image, wordBytes, limit);
    if (takes(room) <= (arena === undefined ? most : most * FILL)) return { needs: withHeap(room.arenaBytes), limit };
    least = Math.min(least, takes(room));
  }
  // The machine runs out of memory, and its error names the way out.
  if (arena !== undefined) return { needs: withHeap(whole.arenaBytes), limit: WHOLE };
  throw new UsageError(`${printable(image.name)} needs an arena of ${formatBytes(least)} for its objects and references alone, and the largest that this machine can have is ${formatBytes(most)}`);
}
