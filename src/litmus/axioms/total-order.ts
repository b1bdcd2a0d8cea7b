/**
 * The results that sequential consistency and x86-TSO allow.
 *
 * Both are axioms about one total order of all accesses, the memory order.
 * - Under `sc` it contains the program order of each thread.
 * - Under `tso` it contains the program order except from a store to a later load: the store may wait in the store
 *   buffer. V8's atomic stores and read-modify-writes are locked instructions and keep their order to later loads;
 *   its atomic loads are ordinary loads on x86, and may overtake earlier plain stores.
 * - Each byte of a load has the value of the last store in memory order among those that come before the load in
 *   memory order or in program order.
 *
 * Sources: Sindhu, Frailong and Cekleov, "Formal specification of memory models", 1991, for TSO's axioms; Owens,
 * Sarkar and Sewell, "A better x86 memory model: x86-TSO", TPHOLs 2009, for x86. In both, all words have one
 * size. Here the value axiom holds for each byte, and a store of any size has one place in the order.
 */
import { byteOf, valueOf, type Value } from '../bytes.ts';
import { MEMORY_BYTES, keyOf, reads, writes, type Access, type Program } from '../program.ts';
import { written } from '../written.ts';

/** Returns the keys of all results that the model allows. */
export function totalOrderResults({ threads, finals }: Program, model: 'sc' | 'tso'): Set<string> {
  const results = new Set<string>();
  const accesses = threads.flatMap((list, thread) => list.map((access, index) => ({ access, thread, index })));
  const isPlaced = threads.map((list) => list.map(() => false));
  const memory = new Uint8Array(MEMORY_BYTES);
  const values = threads.map((list) => list.map((): Value => 0));

  /** Reports whether no access must come before this one that has no place yet. */
  function isFree(thread: number, index: number): boolean {
    const list = threads[thread];
    return isPlaced[thread].every((placed, before) => placed || before >= index || (model === 'tso' && mayOvertake(list[index], list[before])));
  }

  /** Returns the byte that a load reads if it comes next: of its thread's last store that has no place yet, or of memory. */
  function readByte(thread: number, index: number, at: number): number {
    for (let before = index - 1; before >= 0; before--) {
      const earlier = threads[thread][before];
      if (!isPlaced[thread][before] && writes(earlier) && at >= earlier.at && at < earlier.at + earlier.bytes) return byteOf(earlier.value, at - earlier.at);
    }
    return memory[at];
  }

  function place(left: number): void {
    if (left === 0) {
      const registers = threads.flatMap((list, thread) => values[thread].filter((_, index) => reads(list[index])));
      results.add(keyOf([...registers, ...finals.map(({ at, bytes }) => valueOf([...memory.subarray(at, at + bytes)]))]));
      return;
    }
    for (const { access, thread, index } of accesses) {
      if (isPlaced[thread][index] || !isFree(thread, index)) continue;
      const before = memory.slice(access.at, access.at + access.bytes);
      const old = valueOf(Array.from(before, (_, i) => readByte(thread, index, access.at + i)));
      const value = written(access, old);
      values[thread][index] = old;
      if (value !== undefined) for (let i = 0; i < access.bytes; i++) memory[access.at + i] = byteOf(value, i);
      isPlaced[thread][index] = true;
      place(left - 1);
      isPlaced[thread][index] = false;
      memory.set(before, access.at);
    }
  }

  place(accesses.length);
  return results;
}

/** Reports whether, on x86, `later` may come before `earlier` of the same thread in memory order. */
function mayOvertake(later: Access, earlier: Access): boolean {
  return later.kind === 'load' && earlier.kind === 'store' && !earlier.atomic;
}
