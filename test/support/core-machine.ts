/** Machines of one P in the test's own thread, whose main goroutine is written as a generator. */
import { typeTableWords, type TypeTable } from '../../src/heap/type-table.ts';
import { Fatal } from '../../src/base/fatal.ts';
import type { Mem } from '../../src/memory/struct.ts';
import type { Ref } from '../../src/memory/address.ts';
import type { MachineShape, MemoryMap } from '../../src/memory/map.ts';
import type { GRef } from '../../src/machine/g.ts';
import type { MRef } from '../../src/machine/m.ts';
import { SPAN_STATE, Span, spanAt, spanOf, type SpanRef } from '../../src/heap/span.ts';
import { ARENA_USED, nspan } from '../../src/malloc/mheap.ts';
import { CONFIG, Config } from '../../src/memory/config.ts';
import { boot, enableGC, link, planMemory, startMain } from '../../src/runtime/boot.ts';
import { GOEXIT, yieldTo, type Step } from '../../src/runtime/goroutine.ts';
import { mstart } from '../../src/runtime/schedule.ts';
import { coreShape } from './core-shape.ts';

export interface CoreMachine {
  readonly m: Mem;
  readonly m0: MRef;
  readonly map: MemoryMap;
}

/** A machine that has booted; nothing runs and nothing collects. */
export function bootCore(changes: Partial<MachineShape> = {}, gogc = 100, types?: TypeTable): CoreMachine {
  const map = planMemory(coreShape({ typeWords: typeTableWords(types, changes.ptrWords ?? 2), ...changes }));
  const m = new Int32Array(new SharedArrayBuffer(map.words * 4));
  return { m, m0: boot(m, map, gogc, types), map };
}

/** What a main goroutine does; each `yield` lets the other goroutines run. */
export type Main = (m: Mem, mp: MRef, gp: GRef) => Generator<undefined, void> | void;

/**
 * Runs `main` as the main goroutine, with collections on, until it returns. `steps` are those
 * of the goroutines and finalizers it may start, from index 1.
 */
export function runMain(machine: CoreMachine, main: Main, steps: readonly Step[] = [], slots = 8): void {
  const { m, m0 } = machine;
  let body: Generator<undefined, void> | void = undefined;
  function step(m: Mem, mp: MRef, gp: GRef): number {
    body ??= main(m, mp, gp);
    return body === undefined || body.next().done === true ? GOEXIT : yieldTo(0);
  }
  startMain(m, m0, 0, slots);
  enableGC(m);
  mstart(m, m0, link([step, ...steps]));
}

/** runMain on a fresh machine. */
export function runCore(changes: Partial<MachineShape>, gogc: number, main: Main, steps: readonly Step[] = []): CoreMachine {
  const machine = bootCore(changes, gogc);
  runMain(machine, main, steps);
  return machine;
}

/** Starts of the free blocks of a span. */
export function freeBlocks(m: Mem, s: SpanRef): Ref[] {
  const blocks: Ref[] = [];
  for (let p = m[s + Span.at.freelist]; p !== 0; p = m[p]) {
    blocks.push(p);
    if (blocks.length > m[s + Span.at.nelems]) throw new Error(`the freelist of span ${s} is a circle`);
  }
  return blocks;
}

/** Is `ref` the start of a block in use, or not yet swept? */
export function isAllocated(m: Mem, ref: Ref): boolean {
  if (ref < m[CONFIG + Config.at.arenaStart] || ref >= m[ARENA_USED]) return false;
  const s = spanOf(m, ref);
  if (s === 0 || m[s + Span.at.state] !== SPAN_STATE.inUse || ref < m[s + Span.at.start] || ref >= m[s + Span.at.limit]) return false;
  return !freeBlocks(m, s).includes(ref);
}

export interface HeapCount {
  readonly objects: number;
  readonly bytes: number;
  readonly inuseBytes: number;
  readonly idleBytes: number;
}

/** Counts the heap from its spans and freelists; all must be swept. */
export function recount(m: Mem): HeapCount {
  let objects = 0;
  let bytes = 0;
  let inuseBytes = 0;
  let idleBytes = 0;
  for (let i = 0; i < nspan(m); i++) {
    const s = spanAt(m, i);
    if (m[s + Span.at.state] === SPAN_STATE.free) idleBytes += m[s + Span.at.npages] * 8192;
    if (m[s + Span.at.state] !== SPAN_STATE.inUse) continue;
    inuseBytes += m[s + Span.at.npages] * 8192;
    const used = m[s + Span.at.nelems] - freeBlocks(m, s).length;
    objects += used;
    bytes += used * (m[s + Span.at.elemsize] >>> 0);
  }
  return { objects, bytes, inuseBytes, idleBytes };
}

/** The Fatal that `run` throws. */
export function fatalOf(run: () => unknown): Fatal {
  try {
    run();
  } catch (error) {
    if (error instanceof Fatal) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
