/** The tiles of the view of a heap's composition: areas add up, and every listed object has its place. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compose } from '../../src/report/compose.ts';
import { TILINGS, tilesOf, trailTo, type Tile } from '../../src/view/composition-tree.ts';
import { layOut, neighbour, tileAt } from '../../src/view/treemap-layout.ts';
import { anyGraph, graphOf } from '../composition/random-graph.ts';

function all(tile: Tile): Tile[] {
  return [tile, ...tile.children.flatMap(all)];
}

describe('the tiles of a heap', () => {
  it('with tiles inside have the area of these together, and each has its own key', () => {
    fc.assert(fc.property(anyGraph, (graph) => {
      const heap = compose(graph, 'heap');
      for (const tiling of TILINGS) {
        const tiles = all(tilesOf(heap, tiling));
        for (const { bytes, children } of tiles) if (children.length > 0) expect(children.reduce((sum, child) => sum + child.bytes, 0)).toBe(bytes);
        expect(new Set(tiles.map(({ key }) => key)).size).toBe(tiles.length);
      }
      expect(tilesOf(heap, 'own').bytes).toBe(heap.bytes);
      expect(tilesOf(heap, 'retainers').bytes).toBe(heap.bytes);
    }));
  });

  it('by retainer enclose what they retain', () => {
    fc.assert(fc.property(anyGraph, (graph) => {
      const heap = compose(graph, 'heap');
      const root = tilesOf(heap, 'retainers');
      heap.listed.retainedBytes.forEach((bytes, object) => {
        if (bytes === 0) return;
        const trail = trailTo(root, `object ${object}`);
        expect(trail.at(-1)).toMatchObject({ object, bytes });
        const above = heap.listed.dominator[object];
        expect(trail.at(-2)?.object).toBe(above === -1 ? undefined : above);
      });
    }));
  });
});

describe('the layout of tiles', () => {
  const heap = compose(graphOf([16, 160, 80, 40, 20], [[0, 1], [0, 2], [1, 3], [2, 4]], [0]), 'heap');
  const root = tilesOf(heap, 'retainers').children[0];
  const placed = layOut(root, 600, 400);

  it('gives areas by bytes, and finds the innermost tile at a point', () => {
    const outer = placed.filter(({ depth }) => depth === 1);
    expect(outer.map(({ tile }) => tile.bytes)).toEqual([200, 100, 16]);
    expect(outer.reduce((sum, { width, height }) => sum + width * height, 0)).toBeGreaterThan(0.97 * 600 * 400);
    expect(outer[0].width * outer[0].height / (outer[1].width * outer[1].height)).toBeCloseTo(2, 1);
    for (const each of placed.filter(({ hasHeading }) => !hasHeading)) expect(tileAt(placed, each.x + each.width / 2, each.y + each.height / 2)).toBe(each);
    expect(tileAt(placed, -1, 5)).toBeUndefined();
  });

  it('leads from each tile to its neighbours, and from the last one to itself', () => {
    const [large, middle] = placed.filter(({ depth }) => depth === 1);
    const right: readonly [number, number] = [1, 0];
    expect(neighbour(placed, large, right).tile.key).not.toBe(large.tile.key);
    expect(neighbour(placed, neighbour(placed, large, right), [-1, 0]).tile.key).toBe(large.tile.key);
    expect(neighbour(placed, middle, [5, 0])).toBeDefined();
    expect(neighbour(placed, large, [-1, 0])).toBe(large);
  });

  it('of nothing is empty', () => {
    expect([layOut(root, 0, 400), layOut({ ...root, bytes: 0, children: [] }, 600, 400)]).toEqual([[], []]);
  });
});
