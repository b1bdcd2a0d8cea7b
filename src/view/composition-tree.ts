/** The tiles of the view of a heap's composition: a tree by group, or by dominator. */
import { formatCount } from '../base/units.ts';
import type { Composition } from '../report/composition.ts';

/** What the tiles are, and what their area means. */
export const TILINGS = ['own', 'retained', 'retainers'] as const;
export type Tiling = (typeof TILINGS)[number];

export interface Tile {
  /** Unique in its tree. */
  readonly key: string;
  readonly label: string;
  /** Area. That of a tile with children is the sum of theirs. */
  readonly bytes: number;
  /** Its object, as an index in `listed`. */
  readonly object?: number;
  /** Its group, or that of its object, as an index in `groups`; undefined for several groups together. */
  readonly group?: number;
  /** Whether it stands for many things that are not listed. */
  readonly isRest?: boolean;
  readonly children: readonly Tile[];
}

/** Returns the tiles of a heap; the root is the heap. */
export function tilesOf(heap: Composition, tiling: Tiling): Tile {
  return tiling === 'retainers' ? retainerTiles(heap) : groupTiles(heap, tiling === 'own' ? 'bytes' : 'retainedBytes');
}

/** Returns the name of a group: that of sizes with its unit. */
export function groupLabel({ by, groups }: Composition, group: number): string {
  const { name } = groups[group] ?? { name: 'other' };
  return by === 'size' && /^\d+$/.test(name) ? `${formatCount(Number(name))} B` : name;
}

/** Returns the name of a listed object, without its address. */
export function objectLabel(heap: Composition, object: number): string {
  const { group, name } = heap.listed;
  if (group[object] < 0) return heap.by === 'size' ? `${formatCount(heap.listed.bytes[object])} B` : name[object];
  return name[object] === '' ? groupLabel(heap, group[object]) : `${groupLabel(heap, group[object])} ${name[object]}`;
}

/** Returns the chain of tiles from `root` to the tile with this key; only `root` if there is none. */
export function trailTo(root: Tile, key: string): Tile[] {
  for (const child of root.children) {
    if (child.key === key) return [root, child];
    const below = trailTo(child, key);
    if (below.length > 1) return [root, ...below];
  }
  return [root];
}

function groupTiles(heap: Composition, measure: 'bytes' | 'retainedBytes'): Tile {
  const { groups, otherGroups, listed } = heap;
  const objectsOf = groups.map((): number[] => []);
  listed.group.forEach((group, object) => {
    const counts = group >= 0 && (measure === 'bytes' || !isInsideGroup(heap, object));
    if (counts) objectsOf[group].push(object);
  });
  const tiles = groups.map((group, i) => {
    const objects = objectsOf[i].map((object) => objectTile(heap, object, listed[measure][object], []));
    return withRest({ key: `group ${i}`, label: groupLabel(heap, i), bytes: group[measure], group: i }, objects, `${formatCount(group.objects - objects.length)} others`);
  });
  if (measure === 'bytes' && otherGroups.bytes > 0) {
    tiles.push({ key: 'others', label: `${formatCount(otherGroups.groups)} others`, bytes: otherGroups.bytes, isRest: true, children: [] });
  }
  return { key: 'heap', label: heap.name, bytes: sum(tiles), children: largestFirst(tiles) };
}

/** Reports whether a listed object of the same group dominates `object`: its retained size is part of that one's. */
function isInsideGroup({ listed: { dominator, group } }: Composition, object: number): boolean {
  for (let at = dominator[object]; at >= 0; at = dominator[at]) if (group[at] === group[object]) return true;
  return false;
}

function retainerTiles(heap: Composition): Tile {
  const { listed, bytes } = heap;
  // A dominator retains more, so it comes first, unless it has no bytes of its own.
  const children = new Map<number, number[]>();
  listed.dominator.forEach((above, object) => children.set(above, [...(children.get(above) ?? []), object]));
  const others = (all: number, below: readonly number[]): number => all - below.reduce((total, object) => total + listed.retainedObjects[object], 0);
  const tileOf = (object: number): Tile => {
    const below = children.get(object) ?? [];
    const more = others(listed.retainedObjects[object] - 1, below);
    return objectTile(heap, object, listed.retainedBytes[object], below.map(tileOf), more === 0 ? 'itself' : `itself and ${formatCount(more)} others`);
  };
  const first = children.get(-1) ?? [];
  return withRest({ key: 'heap', label: heap.name, bytes }, first.map(tileOf), `${formatCount(others(heap.objects, first))} others`);
}

function objectTile(heap: Composition, object: number, bytes: number, children: readonly Tile[], rest = ''): Tile {
  const tile = { key: `object ${object}`, label: objectLabel(heap, object), bytes, object, group: heap.listed.group[object] };
  return withRest(tile, children, rest);
}

/** Returns `tile` with these children and one for the bytes that they lack. */
function withRest(tile: Omit<Tile, 'children'>, children: readonly Tile[], name: string): Tile {
  const rest = tile.bytes - sum(children);
  const shown = children.filter(({ bytes }) => bytes > 0);
  if (shown.length === 0) return { ...tile, children: [] };
  const others: Tile[] = rest > 0 ? [{ key: `${tile.key} rest`, label: name, bytes: rest, group: tile.group, isRest: true, children: [] }] : [];
  return { ...tile, children: largestFirst([...shown, ...others]) };
}

function sum(tiles: readonly Tile[]): number {
  return tiles.reduce((total, { bytes }) => total + bytes, 0);
}

function largestFirst(tiles: readonly Tile[]): Tile[] {
  return tiles.toSorted((a, b) => b.bytes - a.bytes);
}
