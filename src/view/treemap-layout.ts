/** Where the tiles of a treemap lie. */
import { hierarchy, treemap, type HierarchyRectangularNode } from 'd3-hierarchy';
import type { Tile } from './composition-tree.ts';

/** Generations of tiles below the root that are drawn. */
const DEPTH = 4;
/** Height of the heading of a tile that has tiles inside, in pixels. */
const HEADING = 17;
/** A tile with less area, in square pixels, shows nothing inside. */
const ROOMY = 2600;

export interface Placed {
  readonly tile: Tile;
  /** The tile that a click opens: this one or the one that holds it. */
  readonly top: Tile;
  readonly depth: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly hasHeading: boolean;
}

/** Lays out the tiles below `root` in an area of `width` × `height` pixels. A tile comes before those inside it. */
export function layOut(root: Tile, width: number, height: number): Placed[] {
  if (width <= 0 || root.bytes <= 0) return [];
  const perByte = (width * height) / root.bytes;
  const roomy = (tile: Tile, depth: number): readonly Tile[] => (depth < DEPTH && (depth === 0 || tile.bytes * perByte > ROOMY) ? tile.children : []);
  interface Node { readonly tile: Tile; readonly depth: number }
  const nodes = hierarchy<Node>({ tile: root, depth: 0 }, ({ tile, depth }) => roomy(tile, depth).map((child) => ({ tile: child, depth: depth + 1 })));
  nodes.sum(({ tile, depth }) => (roomy(tile, depth).length === 0 ? tile.bytes : 0));
  const placed = treemap<Node>().size([width, height]).round(true).paddingInner(2).paddingTop(({ depth, children }) => (depth > 0 && children ? HEADING : 0))(nodes);
  return placed.descendants().filter(({ depth, x0, x1, y0, y1 }) => depth > 0 && x1 - x0 >= 2 && y1 - y0 >= 2).map((node) => ({
    tile: node.data.tile, top: topOf(node).data.tile, depth: node.depth,
    x: node.x0, y: node.y0, width: node.x1 - node.x0, height: node.y1 - node.y0, hasHeading: node.children !== undefined,
  }));
}

function topOf<T>(node: HierarchyRectangularNode<T>): HierarchyRectangularNode<T> {
  let at = node;
  while (at.depth > 1) at = at.parent!;
  return at;
}

/** Returns the innermost tile at a point. */
export function tileAt(placed: readonly Placed[], x: number, y: number): Placed | undefined {
  return placed.findLast((each) => x >= each.x && x < each.x + each.width && y >= each.y && y < each.y + each.height);
}

/** Returns the next outermost tile in the direction of an arrow key, or `from` if there is none. */
export function neighbour(placed: readonly Placed[], from: Placed, [dx, dy]: readonly [number, number]): Placed {
  const center = ({ x, y, width, height }: Placed) => [x + width / 2, y + height / 2] as const;
  const [fx, fy] = center(from);
  let best = from;
  let least = Infinity;
  for (const each of placed) {
    if (each.depth !== 1 || each.tile.key === from.tile.key) continue;
    const [x, y] = center(each);
    const along = (x - fx) * dx + (y - fy) * dy;
    const across = Math.abs((x - fx) * dy) + Math.abs((y - fy) * dx);
    const distance = along + 2 * across;
    if (along > 0 && distance < least) [best, least] = [each, distance];
  }
  return best;
}
