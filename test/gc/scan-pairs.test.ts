/** Marking nodes of two pointers by their types: what the loops of the common cases mark, the interpreter of GC programs marks, too. */
import { describe, expect, it } from 'vitest';
import { xorshift32 } from '../../src/base/random.ts';
import { markWithOthers } from '../../src/gc/helper.ts';
import { clearpools, rootCount } from '../../src/gc/roots.ts';
import { prepareMark } from '../../src/gc/policy.ts';
import { NPROC, XNDONE, XNWAIT } from '../../src/gc/work.ts';
import { array, int, pointer, struct, unsafePointer, type TypeDecl } from '../../src/heap/type-decl.ts';
import { typeAt } from '../../src/heap/type.ts';
import { typeTable } from '../../src/heap/type-table.ts';
import { writeAddress } from '../../src/heap/write-pointer.ts';
import { FLAG_NOSCAN } from '../../src/malloc/flags.ts';
import { mallocgc } from '../../src/malloc/malloc.ts';
import { ARENA_USED } from '../../src/malloc/mheap.ts';
import { newarray, newobject } from '../../src/malloc/newobject.ts';
import { CONFIG, Config, DEBUG, ptrWords } from '../../src/memory/config.ts';
import type { Mem } from '../../src/memory/struct.ts';
import type { MRef } from '../../src/machine/m.ts';
import { setGlobal } from '../../src/runtime/mutator.ts';
import { MARKFOR, parforsetup } from '../../src/sync/parfor.ts';
import { bootTyped, type Mode } from '../support/typed-machine.ts';

const ARENA = CONFIG + Config.at.arenaStart;
/** Pairs first, or numbers first; four slots and more. */
const node: TypeDecl = struct('node', { left: () => pointer(node), right: () => pointer(node), key: int, value: int });
const late: TypeDecl = struct('late', { key: int, value: int, left: () => pointer(node), right: () => pointer(node) });
const one: TypeDecl = struct('one', { next: () => pointer(node), key: int, other: int, value: int });
const wide: TypeDecl = struct('wide', { to: array(unsafePointer, 9), rest: array(int, 3) });
const TYPES_OF = typeTable(node, late, one, wide, unsafePointer, pointer(node));
const KINDS = 4;

/** Fills a heap in which three nodes of four are of the commonest type; numbers may look like pointers. */
function fill(m: Mem, m0: MRef, seed: number): void {
  const pw = ptrWords(m);
  let x = seed;
  const draw = (n: number) => (x = xorshift32(x) >>> 0) % n;
  const all = Array.from({ length: 600 }, () => {
    const kind = draw(4) === 0 ? draw(KINDS) : 0;
    if (draw(20) === 0) return { ref: mallocgc(m, m0, 16 * pw, FLAG_NOSCAN), kind: KINDS, slots: 0 };
    return { ref: newobject(m, m0, typeAt(m, kind)), kind, slots: kind === 3 ? 12 : 4 };
  });
  const nodes = all.filter(({ kind }) => kind === 0);
  for (const { ref, kind, slots } of all) {
    for (let slot = 0; slot < slots; slot++) {
      if (draw(2) === 0) continue;
      // A pointer of known type points at a value of that type.
      const to = kind === 3 ? all[draw(all.length)] : nodes[draw(nodes.length)];
      // Into the block, at no word, or at its start.
      const beside = draw(12) === 0 ? 4 * draw(4) : draw(12) === 0 ? draw(4) : 0;
      if (slot < 2 || draw(4) === 0) writeAddress(m, ref + pw * slot, 4 * to.ref + beside);
    }
  }
  const roots = newarray(m, m0, typeAt(m, seed % 2 === 0 ? KINDS : KINDS + 1), 150);
  for (let i = 0; i < 150; i++) writeAddress(m, roots + pw * i, 4 * (seed % 2 === 0 ? all : nodes)[draw(40)].ref);
  setGlobal(m, 0, roots);
}

/** Returns the words that marking changes in the bitmap, by their distance from the arena. */
function marks(mode: Mode, debug: number, seed: number, pw: 1 | 2, ptrBufCap: number): readonly string[] {
  const { m, m0 } = bootTyped(mode, TYPES_OF, { ptrWords: pw, debug, ptrBufCap });
  fill(m, m0, seed);
  clearpools(m, m0);
  Atomics.store(m, XNWAIT, 0);
  Atomics.store(m, XNDONE, 0);
  m[NPROC] = 1;
  parforsetup(m, MARKFOR, 1, rootCount(m), false);
  prepareMark(m);
  const before = m.slice();
  markWithOthers(m, m0);
  const arena = m[ARENA];
  const size = Math.ceil((m[ARENA_USED] - arena) / (8 * pw));
  const changed: string[] = [];
  for (let i = 1; i <= size; i++) if (m[arena - i] !== before[arena - i]) changed.push(`${i}: ${m[arena - i]}`);
  return changed;
}

describe.each([[2, 64], [2, 5], [1, 64]] as const)('nodes of %i words a pointer, buffer of %i', (pw, cap) => {
  it('are marked as the interpreter marks them', () => {
    for (let seed = 1; seed <= 12; seed++) {
      const common = marks('mtypes', 0, seed * 7919, pw, cap);
      expect(common.length).toBeGreaterThan(20);
      expect(common).toEqual(marks('mtypes', DEBUG.collectstats, seed * 7919, pw, cap));
    }
  });
});
