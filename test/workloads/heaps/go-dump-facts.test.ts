import { describe, expect, it } from 'vitest';
import { readDump } from './go-dump-feed.ts';
import { DumpWriter, HEAP, smallDump } from './go-dump-writer.ts';

describe.each([3, 4, 5, 6, 7])('format 1.%i', (minor) => {
  it('has roots by kind, and wait reasons of goroutines', async () => {
    const { facts, counts } = await readDump(smallDump(minor).bytes);
    // The object of the queued finalizer, the function of the finalizer, and the target of the object with a finalizer.
    expect(facts).toMatchObject({
      format: `Go heap dump 1.${minor}`,
      roots: { data: 1, bss: 0, frames: 1, finalizers: 3, other: 1 },
      goroutines: { count: 1, frames: 1, waiting: [{ reason: 'chan receive', count: 1 }] },
    });
    expect(counts.rootPointers.inside).toBe(5);
  });

  it('counts the roots of each kind', async () => {
    const w = new DumpWriter(minor).params().object(HEAP, 64);
    w.segment(13, 16, { 0: HEAP, 8: HEAP + 8 }, [['ptr', 0], ['ptr', 8]]).segment(12, 8, { 0: HEAP }, [['ptr', 0]]);
    w.goroutine({ context: HEAP }).goroutine().frame(24, { 0: HEAP, 8: HEAP, 16: HEAP }, [['ptr', 0], ['ptr', 8], ['ptr', 16]]);
    w.finalizer(0, HEAP).otherRoot(HEAP).otherRoot(HEAP).otherRoot(1);
    const { facts, roots } = await readDump(w.eof().bytes);
    expect(facts?.roots).toEqual({ data: 1, bss: 2, frames: 3, finalizers: 1, other: 3 });
    expect(facts?.goroutines).toEqual({ count: 2, frames: 1, waiting: [{ reason: 'chan receive', count: 2 }] });
    expect([...roots]).toEqual([0]);
  });
});

describe('the facts about a dump', () => {
  it('group objects by size if their types are unknown, the most bytes first', async () => {
    const w = new DumpWriter(4).params();
    for (const [i, size] of [16, 64, 16, 32, 16].entries()) w.object(HEAP + 0x100 * i, size);
    const { facts } = await readDump(w.eof().bytes);
    expect(facts).toMatchObject({ by: 'size', groups: [{ name: '64', objects: 1, bytes: 64 }, { name: '16', objects: 3, bytes: 48 }, { name: '32', objects: 1, bytes: 32 }] });
  });

  it('group objects of format 1.3 by type, in any order of addresses', async () => {
    const w = new DumpWriter(3).params();
    w.u(3, 0x1000, 8).s('main.Node').u(1, 0).u(3, 0x2000, 16).s('[]string').u(1, 0);
    w.typed(HEAP + 0x300, 0x2000, 1, 160).typed(HEAP, 0x1000, 0, 16).typed(HEAP + 0x100, 0, 0, 8).typed(HEAP + 0x200, 0x1000, 0, 24);
    const { facts } = await readDump(w.eof().bytes);
    expect(facts?.by).toBe('type');
    expect(facts?.groups).toEqual([
      { name: '[]string', objects: 1, bytes: 160 }, { name: 'main.Node', objects: 2, bytes: 40 }, { name: 'no type', objects: 1, bytes: 8 },
    ]);
  });

  it('merge small groups if there are many', async () => {
    const w = new DumpWriter(4).params();
    for (let i = 1; i <= 30; i++) w.object(HEAP + 0x1000 * i, 8 * i);
    const { facts, bytes } = await readDump(w.eof().bytes);
    expect(facts?.groups).toHaveLength(21);
    expect(facts?.groups.at(-1)).toEqual({ name: 'all others', objects: 10, bytes: 8 * 55 });
    expect(facts?.groups.reduce((sum, group) => sum + group.bytes, 0)).toBe(bytes);
  });
});
