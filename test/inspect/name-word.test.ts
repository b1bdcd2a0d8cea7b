/** Words have the names of their declarations. */
import { describe, expect, it } from 'vitest';
import { CONFIG, Config } from '../../src/memory/config.ts';
import { SEGMENT_WORDS } from '../../src/memory/segment.ts';
import { buildMarkBits } from '../../src/explore/scenarios/programs/mark-bits.ts';
import { tinyShape } from '../../src/explore/scenarios/tiny-shape.ts';
import { nameWord } from '../../src/inspect/name-word.ts';
import { FULL, WORK, Work } from '../../src/gc/work.ts';
import { bitsWord } from '../../src/heap/bitmap.ts';
import { Span, spanAt, spanSlot } from '../../src/heap/span.ts';
import { gAt, G } from '../../src/machine/g.ts';
import { M, mAt } from '../../src/machine/m.ts';
import { P, pAt } from '../../src/machine/p.ts';
import { MCache, mcacheOf } from '../../src/malloc/mcache-record.ts';
import { MHEAP, MHeap } from '../../src/malloc/mheap-record.ts';
import { mcentralAt } from '../../src/malloc/mcentral.ts';
import { boot, planMemory } from '../../src/runtime/boot.ts';
import { MARKFOR, posOf } from '../../src/sync/parfor.ts';

const map = planMemory(tinyShape({ procs: 2 }));
const m = new Int32Array(map.words);
buildMarkBits(m, boot(m, map, 100));

describe('a word', () => {
  const arena = m[CONFIG + Config.at.arenaStart];
  const cases: readonly [name: string, at: number][] = [
    ['mheap.sweepgen', MHEAP + MHeap.at.sweepgen],
    ['mheap.lock', MHEAP + MHeap.at.lock],
    ['mheap.lock.owner', MHEAP + MHeap.at.lock + 1],
    ['mheap.free[2].prev', MHEAP + MHeap.at.free + 5],
    ['mcentral[4].lock', mcentralAt(4)],
    ['mcentral[4].empty.next', mcentralAt(4) + 4],
    ['work.full', FULL],
    ['work.full.stride', FULL + 17],
    ['work.nwait', WORK + Work.at.xnwait],
    ['parfor.done', MARKFOR + 4],
    ['parfor[1].pos', posOf(MARKFOR, 1)],
    ['M1 park', mAt(m, 1) + M.at.xpark],
    ['M0 scanbuf.obj[2].n', mAt(m, 0) + M.at.scanbuf + 144 + 7],
    ['P1 runqhead', pAt(m, 1) + P.at.xrunqhead],
    ['P1 mcache.alloc[37]', mcacheOf(pAt(m, 1)) + MCache.at.alloc + 37],
    ['goroutine record 7 status', gAt(m, 7) + G.at.xstatus],
    ['workbuf 2 obj[1].p', m[CONFIG + Config.at.workbufs] + 2 * m[CONFIG + Config.at.workbufWords] + 4 + 3],
    ['span 1 sweepgen', spanAt(m, 1) + Span.at.xsweepgen],
    ['span 1 speciallock.owner', spanAt(m, 1) + Span.at.speciallock + 1],
    ['empty span freelist', spanAt(m, -1) + Span.at.freelist],
    ['span map[3]', spanSlot(m, arena) + 3],
    ['span 0 block 5 word 3', m[spanAt(m, 0) + Span.at.start] + 5 * (m[spanAt(m, 0) + Span.at.elemsize] >> 2) + 3],
    ['bits of span 0, blocks 0-7', bitsWord(m, m[spanAt(m, 0) + Span.at.start])],
    ['marks of span 0, blocks 0-7', bitsWord(m, m[spanAt(m, 0) + Span.at.start]) + 1],
    [`word ${map.words}`, map.words],
  ];
  it.each(cases)('is called %s', (name, at) => {
    expect(nameWord(m, at)).toBe(name);
  });

  it('has a name of its own, in all records', () => {
    const end = m[CONFIG + Config.at.hints];
    const names = Array.from({ length: end - 1 }, (_, i) => nameWord(m, i + 1));
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => name.startsWith('word '))).toEqual([]);
  });

  it('has a number where there is no machine', () => {
    expect(nameWord(new Int32Array(2 * SEGMENT_WORDS), SEGMENT_WORDS + 3)).toBe(`word ${SEGMENT_WORDS + 3}`);
  });
});
