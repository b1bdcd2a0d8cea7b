/** The command `heap`: its tables, paths and messages. */
import { describe, expect, it } from 'vitest';
import type { HeapImage } from '../../../src/workloads/heaps/image.ts';
import { sweepgen } from '../../support/in-process.ts';
import { cli } from '../fakes.ts';

const JAVA = 'test/fixtures/java-dumps/jdk17-small.hprof.gz';
const GO = 'test/fixtures/go-dumps/go1.19-indexer.heapdump.gz';

interface Document {
  readonly composition: { readonly listed: { readonly id: readonly string[]; readonly retainedBytes: readonly number[] } };
  readonly path?: { readonly object: { readonly id: string; readonly retainedBytes: number }; readonly steps: readonly { readonly id: string; readonly via: string; readonly skipped: number }[] | null };
}

async function documentOf(words: string): Promise<Document> {
  const { code, out, err } = await sweepgen([...words.split(' '), '--json']);
  expect([code, err]).toEqual([0, '']);
  return JSON.parse(out) as Document;
}

describe('heap', () => {
  it('shows groups and retainers', async () => {
    const { code, out, err } = await sweepgen(['heap', JAVA]);
    expect([code, err]).toEqual([0, '']);
    const lines = out.split('\n');
    expect(lines[0]).toBe('jdk17-small.hprof.gz: 10,424 objects, 496 KB reachable from roots; 233 more (9.30 KB) are not');
    expect(lines[2]).toMatch(/^class +objects +bytes +of all +retained$/);
    expect(lines[3]).toMatch(/^byte\[\] +2,177 +114 KB +23 % +114 KB$/);
    expect(lines.findIndex((line) => line === 'Largest retainers')).toBe(14);
    expect(lines[16]).toMatch(/^0x[0-9a-f]+ +java\.lang\.Class class jdk\.internal\.module\.\S+ +184 B +56\.0 KB +11 % +1,542$/);
  });

  it('finds a path to any object, listed or not, by its address or its position', async () => {
    const { composition: { listed } } = await documentOf(`heap ${GO}`);
    const { path } = await documentOf(`heap ${GO} --path-to ${listed.id[5]}`);
    expect(path?.object).toMatchObject({ id: listed.id[5], retainedBytes: listed.retainedBytes[5] });
    expect(path?.steps?.[0].via).toMatch(/^frame of main\.main \+\d+$/);
    expect(path?.steps?.at(-1)?.id).toBe(listed.id[5]);
    const far = await documentOf(`heap ${GO} --path-to #100000`);
    expect(listed.id).not.toContain(far.path?.object.id);
    expect(far.path?.steps?.at(-1)?.id).toBe(far.path?.object.id);
  });

  it('cuts a long path, and counts what it leaves out', async () => {
    const { path } = await documentOf('heap list --objects 5000 --path-to #4999');
    expect(path?.steps).toHaveLength(1000);
    expect(path?.steps?.reduce((sum, { skipped }) => sum + 1 + skipped, 0)).toBe(5000);
    const { out } = await sweepgen(['heap', 'list', '--objects', '5000', '--path-to', '#4999']);
    expect(out.split('\n')).toHaveLength(27);
    expect(out).toContain('  … 4,976 objects …\n');
  });

  it('says that no root reaches an object', async () => {
    const image: HeapImage = { name: 'x', objects: 2, edges: 0, bytes: 24, sizes: Uint32Array.of(16, 8), firstEdge: new Uint32Array(3), targets: new Uint32Array(0), roots: Uint32Array.of(0) };
    const { out } = await cli('heap ./x --path-to #1', undefined, { readHeapFile: async () => image });
    expect(out).toBe('#1 8 B: 8 B; no root reaches it\n');
    expect((await cli('heap ./x', undefined, { readHeapFile: async () => image })).out).toContain('1 object, 16 B reachable from roots; 1 more (8 B) are not');
  });

  it.each(['0x1', '@7', '#2', '#99999999999', 'x', '\u202e'])('names an object that exists when %j does not', async (id) => {
    const image: HeapImage = { name: 'x', objects: 2, edges: 0, bytes: 24, sizes: Uint32Array.of(16, 8), firstEdge: new Uint32Array(3), targets: new Uint32Array(0), roots: Uint32Array.of(0) };
    const { code, err } = await cli(`heap ./x --path-to ${id}`, undefined, { readHeapFile: async () => image });
    expect(code).toBe(2);
    expect(err).toContain('the heap has no such object; one of them is #0');
    expect(err).not.toContain('\u202e');
  });

  it('shows hostile names as text on one line', async () => {
    const evil = 'a\u202e\x1b[2J\n</script>'.repeat(1000);
    const image: HeapImage = {
      name: evil, objects: 1, edges: 0, bytes: 16, sizes: Uint32Array.of(16), firstEdge: new Uint32Array(2), targets: new Uint32Array(0), roots: Uint32Array.of(0),
      labels: { by: 'class', groupOf: new Uint32Array(1), groups: [evil], idOf: () => evil, find: () => 0, nameOf: () => evil, edgeName: () => evil, rootName: () => evil },
    };
    for (const line of ['heap ./x', 'heap ./x --path-to y', 'heap ./x --json']) {
      const { code, out } = await cli(line, undefined, { readHeapFile: async () => image });
      expect(code).toBe(0);
      for (const mark of ['\u202e', '\x1b']) expect(out).not.toContain(mark);
      expect(out.length).toBeLessThan(5000);
    }
  });
});
