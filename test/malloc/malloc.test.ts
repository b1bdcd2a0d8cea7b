import { describe, expect, it } from 'vitest';
import type { Mem } from '../../src/memory/struct.ts';
import type { Ref } from '../../src/memory/address.ts';
import { CONFIG, Config } from '../../src/memory/config.ts';
import { EXIT } from '../../src/base/fatal.ts';
import { M } from '../../src/machine/m.ts';
import { BIT_ALLOCATED, BIT_SCAN, bitsShift, bitsWord } from '../../src/heap/bitmap.ts';
import { classToSize } from '../../src/heap/size-classes.ts';
import { SPAN_STATE, Span, spanOf } from '../../src/heap/span.ts';
import { FLAG_NOSCAN, FLAG_NOZERO } from '../../src/malloc/flags.ts';
import { ZEROBASE, mallocTiny, mallocgc } from '../../src/malloc/malloc.ts';
import { dropTiny } from '../../src/malloc/mcache.ts';
import { ARENA_USED } from '../../src/malloc/mheap.ts';
import { MSTATS, MStats } from '../../src/malloc/mstats.ts';
import { loadWide } from '../../src/memory/wide.ts';
import { collect, getSlot, getSlotAddress, newObject, setSlot, storeWord } from '../../src/runtime/mutator.ts';
import { settle } from '../../src/runtime/settle.ts';
import { bootCore, fatalOf, isAllocated, recount, runCore, runMain } from '../support/core-machine.ts';

const CLASS_SIZES = [...classToSize].slice(1);
const ALL_SIZES = [...CLASS_SIZES, 1, 7, 9, 24, 33, 1025, 32767, 32769, 40_000, 100_000, 1 << 20];

function isZero(m: Mem, p: Ref, bytes: number): boolean {
  for (let i = p; i < p + Math.ceil(bytes / 4); i++) if (m[i] !== 0) return false;
  return true;
}

function bitsOf(m: Mem, p: Ref): number {
  return m[bitsWord(m, p)] >>> bitsShift(m, p);
}

function bytesOf(m: Mem, p: Ref): number {
  return m[spanOf(m, p) + Span.at.elemsize];
}

describe.each([{ ptrWords: 2 as const }, { ptrWords: 1 as const }])('malloc, with pointers of $ptrWords words', ({ ptrWords }) => {
  it('returns blocks that are large enough, aligned to 8 bytes and disjoint', () => {
    const { m, m0 } = bootCore({ ptrWords });
    const blocks: { p: Ref; end: Ref }[] = [];
    for (let round = 0; round < 3; round++) {
      for (const size of ALL_SIZES) {
        const p = mallocgc(m, m0, size, 0);
        expect([p % 2, bytesOf(m, p) >= size]).toEqual([0, true]);
        blocks.push({ p, end: p + bytesOf(m, p) / 4 });
      }
    }
    blocks.sort((a, b) => a.p - b.p);
    blocks.slice(1).forEach(({ p }, i) => expect(p).toBeGreaterThanOrEqual(blocks[i].end));
    expect(blocks.at(-1)!.end).toBeLessThanOrEqual(m[ARENA_USED]);
  });

  it('sets the scan bit of blocks with pointers only, also where the other kind was before', () => {
    runCore({ ptrWords }, -1, (m, mp, gp) => {
      for (const size of [16, 48, 1024, 40_000]) {
        // One stays, so that its span does.
        newObject(m, mp, gp, 1, size, 0);
        for (const flags of [0, FLAG_NOSCAN, 0, FLAG_NOSCAN]) {
          for (let i = 0; i < 300; i++) {
            const p = newObject(m, mp, gp, 0, size, flags);
            const bits = bitsOf(m, p) & (BIT_ALLOCATED | BIT_SCAN);
            if (bits !== (flags === 0 ? BIT_ALLOCATED | BIT_SCAN : BIT_ALLOCATED)) expect({ size, flags, i, bits }).toBe('right');
          }
          setSlot(m, gp, 0, 0);
          collect(m, mp, true);
        }
      }
    });
  });

  it.each([
    { name: 'pointers', flags: 0 },
    { name: 'no pointers', flags: FLAG_NOSCAN },
  ])('zeroes fresh and dirty blocks with $name, of every size', ({ flags }) => {
    runCore({ ptrWords, arenaPages: 4096 }, -1, (m, mp, gp) => {
      for (let round = 0; round < 3; round++) {
        for (const size of ALL_SIZES) {
          if (size < 16 && flags !== 0) continue;
          for (let i = 0; i < 5; i++) {
            const p = newObject(m, mp, gp, 0, size, flags);
            if (!isZero(m, p, bytesOf(m, p))) expect({ size, round, i }).toBe('zero');
            m.fill(-1, p, p + bytesOf(m, p) / 4);
            setSlot(m, gp, 0, 0);
          }
        }
        collect(m, mp, true);
      }
    });
  });

  it('zeroes blocks of spans that were carved for another size', () => {
    runCore({ ptrWords, arenaPages: 256 }, -1, (m, mp, gp) => {
      const sizes = [32768, 8, 1024, 48, 100_000, 16, 6144, 64, 24576, 32, 200_000, 8192];
      for (const size of sizes) {
        // About all of the arena, so that each size gets pages of the one before.
        for (let left = 1_500_000; left > 0; left -= size) {
          const p = newObject(m, mp, gp, 0, size, 0);
          if (!isZero(m, p, bytesOf(m, p))) expect({ size, left }).toBe('zero');
          m.fill(-1, p, p + bytesOf(m, p) / 4);
        }
        setSlot(m, gp, 0, 0);
        collect(m, mp, true);
      }
    });
  });

  it('hides the links of a freelist with gaps from the next objects', () => {
    runCore({ ptrWords }, -1, (m, mp, gp) => {
      for (const size of [8, 16, 32, 48, 4096]) {
        const n = Math.floor(16384 / size);
        newObject(m, mp, gp, 0, n * ptrWords * 4, 0);
        for (let i = 0; i < n; i++) {
          const p = newObject(m, mp, gp, 1, size, FLAG_NOSCAN | (size < 16 ? 0 : FLAG_NOZERO));
          m.fill(-1, p, p + size / 4);
          if (i % 2 === 0) storeWord(m, getSlot(m, gp, 0), i, p);
        }
        setSlot(m, gp, 1, 0);
        collect(m, mp, true);
        for (let i = 0; i < n; i++) {
          const p = newObject(m, mp, gp, 1, size, 0);
          if (!isZero(m, p, size)) expect({ size, i }).toBe('zero');
        }
      }
    });
  });
});

describe('malloc', () => {
  it('leaves memory dirty with FLAG_NOZERO, and clears it for the next malloc', () => {
    runCore({}, -1, (m, mp, gp) => {
      for (const size of [32, 1024, 40_000]) {
        // A neighbour, or the span would go back to the heap and be cleared there.
        newObject(m, mp, gp, 1, size, 0);
        const p = newObject(m, mp, gp, 0, size, FLAG_NOSCAN | FLAG_NOZERO);
        m.fill(-1, p, p + size / 4);
        setSlot(m, gp, 0, 0);
        collect(m, mp, true);
        const dirty = newObject(m, mp, gp, 0, size, FLAG_NOSCAN | FLAG_NOZERO);
        expect([size, dirty, m[dirty + size / 4 - 1]]).toEqual([size, p, -1]);
        setSlot(m, gp, 0, 0);
        collect(m, mp, true);
        expect([size, newObject(m, mp, gp, 0, size, 0), isZero(m, p, size)]).toEqual([size, p, true]);
      }
    });
  });

  it('returns one address outside the arena for 0 bytes, and takes no memory', () => {
    const { m, m0 } = bootCore();
    expect([mallocgc(m, m0, 0, 0), mallocgc(m, m0, 0, FLAG_NOSCAN)]).toEqual([ZEROBASE, ZEROBASE]);
    expect(m[ARENA_USED]).toBe(m[CONFIG + Config.at.arenaStart]);
  });
});

describe('tiny objects', () => {
  it('share a block of 16 bytes if they are one byte each; the seventeenth starts another', () => {
    const { m, m0 } = bootCore();
    const addresses = Array.from({ length: 17 }, () => mallocTiny(m, m0, 1));
    const first = addresses[0];
    expect(first % 16).toBe(0);
    expect(addresses.slice(0, 16)).toEqual(Array.from({ length: 16 }, (_, i) => first + i));
    expect(addresses[16]).toBe(first + 16);
  });

  it('are aligned as their size requires', () => {
    const { m, m0 } = bootCore();
    for (let before = 1; before < 16; before++) {
      for (let size = 1; size < 16; size++) {
        dropTiny(m, m[m0 + M.at.mcache]);
        const first = mallocTiny(m, m0, before);
        const align = size % 8 === 0 ? 8 : size % 4 === 0 ? 4 : size % 2 === 0 ? 2 : 1;
        const at = Math.ceil(before / align) * align;
        const second = mallocTiny(m, m0, size);
        expect([before, size, second - first]).toEqual([before, size, at + size <= 16 ? at : 16]);
      }
    }
  });

  it('continue in the block with more bytes left', () => {
    const { m, m0 } = bootCore();
    const a = mallocTiny(m, m0, 2);
    // 14 bytes are left there; of a new block with 15 only one would be.
    expect(mallocTiny(m, m0, 15)).toBe(a + 16);
    expect(mallocTiny(m, m0, 14)).toBe(a + 2);
    // Now nothing is left: the next block's rest replaces it.
    expect([mallocTiny(m, m0, 10), mallocTiny(m, m0, 6)]).toEqual([a + 32, a + 42]);
  });

  it('get blocks of their own if they hold pointers', () => {
    const { m, m0 } = bootCore();
    const a = mallocgc(m, m0, 8, 0);
    const b = mallocgc(m, m0, 8, 0);
    expect([b - a, bytesOf(m, a)]).toEqual([2, 8]);
  });

  it('are zeroed in a block that was dirty', () => {
    runCore({}, -1, (m, mp, gp) => {
      const p = newObject(m, mp, gp, 0, 15, FLAG_NOSCAN);
      m.fill(-1, p, p + 4);
      setSlot(m, gp, 0, 0);
      collect(m, mp, true);
      expect(newObject(m, mp, gp, 0, 8, FLAG_NOSCAN)).toBe(p);
      expect([...m.subarray(p, p + 4)]).toEqual([0, 0, 0, 0]);
    });
  });

  it('never share a block with those of before a collection', () => {
    runCore({}, -1, (m, mp, gp) => {
      const kept = newObject(m, mp, gp, 0, 1, FLAG_NOSCAN);
      collect(m, mp, true);
      const next = newObject(m, mp, gp, 1, 1, FLAG_NOSCAN);
      expect(next).not.toBe(kept);
      expect(isAllocated(m, kept)).toBe(true);
    });
  });

  it('live as long as one object of their block is reachable', () => {
    runCore({}, -1, (m, mp, gp) => {
      const block = newObject(m, mp, gp, 0, 1, FLAG_NOSCAN);
      for (let i = 1; i < 16; i++) newObject(m, mp, gp, 1, 1, FLAG_NOSCAN);
      expect(getSlotAddress(m, gp, 1)).toBe(block * 4 + 15);
      setSlot(m, gp, 0, 0);
      collect(m, mp, true);
      expect(isAllocated(m, block)).toBe(true);
      setSlot(m, gp, 1, 0);
      collect(m, mp, true);
      expect(isAllocated(m, block)).toBe(false);
    });
  });
});

describe('large objects', () => {
  it('have a span of whole pages, whose limit is the object\'s end', () => {
    const { m, m0 } = bootCore();
    const p = mallocgc(m, m0, 100_001, 0);
    const s = spanOf(m, p);
    expect([m[s + Span.at.start], m[s + Span.at.npages], m[s + Span.at.nelems], m[s + Span.at.nalloc], m[s + Span.at.sizeclass]]).toEqual([p, 13, 1, 1, 0]);
    expect(m[s + Span.at.limit]).toBe(p + 25_002);
    for (let page = 0; page < 13; page++) expect(spanOf(m, p + page * 2048)).toBe(s);
    expect(recount(m).bytes).toBe(13 * 8192);
  });

  it('go back to the heap when unreachable, and their pages are reused', () => {
    runCore({}, -1, (m, mp, gp) => {
      const p = newObject(m, mp, gp, 0, 300_000, 0);
      setSlot(m, gp, 0, 0);
      collect(m, mp, true);
      expect(m[spanOf(m, p) + Span.at.state]).toBe(SPAN_STATE.free);
      expect(newObject(m, mp, gp, 0, 300_000, 0)).toBe(p);
    });
  });
});

describe('a full arena', () => {
  it.each([8, 16, 1024, 32_768, 32_769, 200_000])('is reported as OUT_OF_MEMORY, exit code 3, when filled with %i bytes at a time, and the heap adds up', (size) => {
    const { m, m0 } = bootCore({ arenaPages: 128 });
    let objects = 0;
    const error = fatalOf(() => {
      for (; objects < 1e6; objects++) mallocgc(m, m0, size, 0);
    });
    expect([error.code, error.exitCode, error.facts.what, error.facts.size]).toEqual(['OUT_OF_MEMORY', EXIT.memory, 'arena', size]);
    settle(m);
    const { bytes, inuseBytes, idleBytes, ...counted } = recount(m);
    expect(counted.objects).toBe(objects);
    expect(bytes).toBe(m[MSTATS + MStats.at.heapAllocQ] * 8);
    expect(inuseBytes + idleBytes).toBe(loadWide(m, MSTATS + MStats.at.heapSys));
    expect(bytes).toBeGreaterThan(size > 32_768 ? 700_000 : 900_000);
  });

  it('still has room for smaller objects', () => {
    const { m, m0 } = bootCore({ arenaPages: 128 });
    expect(fatalOf(() => mallocgc(m, m0, 2 << 20, 0)).code).toBe('OUT_OF_MEMORY');
    expect(mallocgc(m, m0, 40_000, 0)).toBeGreaterThan(0);
    expect(mallocgc(m, m0, 32, 0)).toBeGreaterThan(0);
  });

  it('is reported again in the same words', () => {
    const { m, m0 } = bootCore({ arenaPages: 1 });
    mallocgc(m, m0, 8192, 0);
    expect([fatalOf(() => mallocgc(m, m0, 8192, 0)).code, fatalOf(() => mallocgc(m, m0, 8192, 0)).code]).toEqual(['OUT_OF_MEMORY', 'OUT_OF_MEMORY']);
    expect([fatalOf(() => mallocgc(m, m0, 40_000, 0)).code, fatalOf(() => mallocgc(m, m0, 1, FLAG_NOSCAN)).code]).toEqual(['OUT_OF_MEMORY', 'OUT_OF_MEMORY']);
  });

  it.each([2 ** 32, 2 ** 40, Number.MAX_SAFE_INTEGER])('has no room for %i bytes', (size) => {
    const { m, m0 } = bootCore({ arenaPages: 128 });
    expect(fatalOf(() => mallocgc(m, m0, size, 0)).code).toBe('OUT_OF_MEMORY');
  });

  it('can be filled again after a collection has emptied it', () => {
    runMain(bootCore({ arenaPages: 128 }, -1), (m, mp, gp) => {
      for (let round = 0; round < 5; round++) {
        for (let i = 0; i < 28; i++) newObject(m, mp, gp, 0, 32_768, 0);
        setSlot(m, gp, 0, 0);
        collect(m, mp, false);
      }
    });
  });
});
