import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkImage, sizeOf } from '../../../src/workloads/heaps/image.ts';
import { readV8Snapshot } from '../../../src/workloads/heaps/v8-snapshot.ts';
import { inChunks, readText, tiny } from './feed.ts';
import { naiveImage } from './naive-v8.ts';
import { reachable } from './reachable.ts';
import {
  EDGE_FIELDS, NODE_FIELDS, syntheticSnapshot, writeSyntheticSnapshot,
} from './synthetic-snapshot.ts';

describe('the reader of V8 snapshots', () => {
  it('reads the smallest snapshot', async () => {
    expect(await readText(JSON.stringify(tiny()))).toEqual({
      name: 'test',
      objects: 3,
      edges: 3,
      bytes: 4000000024,
      sizes: Uint32Array.of(0, 24, 4000000000),
      firstEdge: Uint32Array.of(0, 2, 2, 3),
      targets: Uint32Array.of(1, 2, 0),
      roots: Uint32Array.of(0),
      weakEdges: 1,
    });
  });

  it('ignores white space and unknown keys anywhere', async () => {
    const plain = tiny();
    const extra = { deep: [[{}], '}]"\\', -1.5e-7, null, true], '"}': { 'nodes': [1] } };
    const odd = {
      before: extra,
      snapshot: { extra, ...plain.snapshot, meta: { extra, ...plain.snapshot.meta } },
      between: 'a string with "nodes":[ in it \\',
      nodes: plain.nodes,
      '\\"': -0.5,
      edges: plain.edges,
      after: false,
      strings: plain.strings,
    };
    const image = await readText(JSON.stringify(plain));
    const text = ` \r\n\t${JSON.stringify(odd, null, '\r\n\t ')} \n`;
    for (const size of [1, 3, 4096]) expect(await readText(text, size)).toEqual(image);
    const escaped = JSON.stringify(plain).replace('"nodes"', '"no\\u0064es"');
    expect(await readText(escaped)).toEqual(image);
  });

  it.each([
    ['reversed', NODE_FIELDS.toReversed(), EDGE_FIELDS.toReversed()],
    ['rotated', [...NODE_FIELDS.slice(4), ...NODE_FIELDS.slice(0, 4)], ['to_node', 'type', 'x']],
    ['the fewest possible', ['self_size', 'edge_count'], ['type', 'to_node']],
  ])('finds fields in another order, %s, by their names', async (_, nodeFields, edgeFields) => {
    const pieces = [...syntheticSnapshot({ nodes: 500, nodeFields, edgeFields })];
    const text = Buffer.concat(pieces).toString();
    expect(await readText(text)).toEqual(naiveImage(text, 'test'));
  });

  it('keeps all edges of a file without a type of weak edges', async () => {
    const file = tiny();
    file.snapshot.meta.edge_types = [['a', 'b', 'c'], 'number', 'node'];
    expect(await readText(JSON.stringify(file))).toMatchObject({ edges: 4, weakEdges: 0 });
  });

  it('reads any number of rows', async () => {
    for (const nodes of [1023, 1024, 1025, 5000]) {
      const text = Buffer.concat([...syntheticSnapshot({ nodes, seed: nodes })]).toString();
      const image = await readText(text);
      checkImage(image);
      expect(image).toEqual(naiveImage(text, 'test'));
      expect(reachable(image)).toBe(nodes);
    }
  });

  it('reads buffers of any size', async () => {
    const bytes = Buffer.concat([...syntheticSnapshot({ nodes: 1000 })]);
    const image = await readText(bytes, bytes.length);
    expect(image).toEqual(naiveImage(bytes.toString(), 'test'));
    for (const size of [1, 7, 4096]) expect(await readText(bytes, size)).toEqual(image);
  });

  it('skips empty buffers', async () => {
    async function* gaps(): AsyncGenerator<Uint8Array> {
      for await (const piece of inChunks(Buffer.from(JSON.stringify(tiny())), 5)) {
        yield new Uint8Array(0);
        yield piece;
      }
      yield new Uint8Array(0);
    }
    expect(await readV8Snapshot(gaps())).toMatchObject({ name: 'heap snapshot', objects: 3 });
  });

  it('reads a file by its path, and reports progress up to its size', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sweepgen-heaps-'));
    try {
      const path = join(folder, 'synthetic.heapsnapshot');
      const bytes = await writeSyntheticSnapshot(path, { nodes: 20000 });
      const seen: [number, number | undefined][] = [];
      const image = await readV8Snapshot(path, { onProgress: (...args) => seen.push(args) });
      checkImage(image);
      expect(image).toEqual(naiveImage(await readFile(path, 'utf8'), 'synthetic.heapsnapshot'));
      expect(seen.length).toBe(Math.ceil(bytes / 2 ** 20));
      expect(seen.at(-1)).toEqual([bytes, bytes]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('accepts any number in an unused field', async () => {
    const numbers = ['18446744073709551615', '9007199254740993', '-1', '1.5', '-0', '1e400', '1E+2', '0.1e-7', '1234567890123456'];
    const plain = await readText(JSON.stringify(tiny()));
    for (const number of numbers) {
      // The name of node 0, the id of node 2, and the name of edge 1.
      const text = JSON.stringify(tiny()).replace('[0,0,1,0,2', `[0,${number},1,0,2`).replace('2,5,4000000000', `2,${number},4000000000`).replace('0,2,10', `0,${number},10`);
      for (const size of [1, 7, 1 << 16]) expect(await readText(text, size), number).toEqual(plain);
      expect(plain).toEqual(naiveImage(text, 'test'));
    }
  });

  it('keeps sizes of 4 GiB and more', async () => {
    for (const size of [2 ** 32 - 2, 2 ** 32 - 1, 2 ** 32, 5 * 2 ** 30, 2 ** 53 - 1]) {
      const text = JSON.stringify(tiny()).replace('4000000000', String(size));
      const image = await readText(text);
      checkImage(image);
      expect([0, 1, 2].map((i) => sizeOf(image, i))).toEqual([0, 24, size]);
      expect(image).toEqual(naiveImage(text, 'test'));
    }
  });

  it('takes the node of root_index as the root', async () => {
    for (const [index, root] of [[0, 0], [5, 1], [10, 2]]) {
      const file = tiny();
      file.snapshot.root_index = index;
      expect([...(await readText(JSON.stringify(file))).roots]).toEqual([root]);
    }
  });

  it('skips a byte order mark', async () => {
    const plain = await readText(JSON.stringify(tiny()));
    for (const size of [1, 2, 3, 4096]) expect(await readText(`\ufeff${JSON.stringify(tiny())}`, size)).toEqual(plain);
  });
});
