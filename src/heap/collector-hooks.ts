/**
 * Hooks through which the collector sees single blocks and pointers. malloc and the runtime lie
 * below the collectors, so they call what gc/collectors/registry.ts has installed here.
 *
 * A hook that a collector leaves out costs nothing on malloc's fast path: malloc calls only if
 * `seesAllocations` says so (malloc/notice.ts). A pointer store tests one word (write-pointer.ts). A collector
 * that marks concurrently with the program is asked anew when a mark begins and ends, and has its barrier only in between.
 */
import { CONFIG, Config } from '../memory/config.ts';
import type { Low, Ref } from '../memory/address.ts';
import { fatal } from '../base/fatal.ts';
import type { Mem } from '../memory/struct.ts';
import type { MRef } from '../machine/m.ts';
import type { SpanRef } from './span.ts';

/**
 * A write barrier: the pointer with byte offset `address` (0: nil, or no pointer) is about to be
 * stored at `slot`, which still holds the old one. It must not allocate, lock or wait.
 */
export type WriteBarrier = (m: Mem, slot: Ref, low: Low) => void;

/** What a collector does outside of a cycle. Each function is a plain one over `m`, at module level. */
export interface CollectorHooks {
  /** Must malloc report every block? The answer changes only when a concurrent mark begins or ends. */
  readonly seesAllocations?: (m: Mem) => boolean;
  /** malloc hands out the block at `p`; its bits are set, and nothing points at it yet. */
  readonly blockAllocated?: (m: Mem, p: Ref) => void;
  /** `mp` has allocated a block of `bytes` bytes. Called with blockAllocated, after it. */
  readonly allocationCharged?: (m: Mem, mp: MRef, bytes: number) => void;
  /** The program frees the block at `p` explicitly; its span is swept. */
  readonly blockFreed?: (m: Mem, p: Ref) => void;
  /** The specials at or around byte `offset` of span `s` have changed; the span's speciallock is held. */
  readonly specialsChanged?: (m: Mem, s: SpanRef, offset: number) => void;
  /** The memory profiler has sampled the block at `p` for `bucket`; without the hook, a special records it. */
  readonly blockSampled?: (m: Mem, mp: MRef, p: Ref, bucket: Ref) => void;
  /** Forgets the sample of the block at `p` and returns its bucket, 0 if there is none. Goes with blockSampled. */
  readonly takeSample?: (m: Mem, mp: MRef, p: Ref) => Ref;
  /** Called before every store of a pointer; if the collector marks concurrently with the program, only while it does. */
  readonly pointerStored?: WriteBarrier;
  /** The barrier is not called for stores of a goroutine to its own frame, as in Go. */
  readonly ignoresFrames?: boolean;
  /** May the program free blocks explicitly now? By default it may; otherwise such a block is left to the collector. */
  readonly mayFree?: (m: Mem) => boolean;
  /** The goroutine `gp` is being made; no other M knows it yet. */
  readonly goroutineMade?: (m: Mem, gp: Ref) => void;
  /** The caller's M is about to run `gp`. */
  readonly goroutineRuns?: (m: Mem, gp: Ref) => void;
  /** `gp`, which the caller's M runs, has ended a step: its frames hold all pointers that it still needs. */
  readonly goroutineRests?: (m: Mem, mp: MRef, gp: Ref) => void;
  /** May the mark in the stopped world leave out root `i` (gc/roots.ts)? */
  readonly skipsRoot?: (m: Mem, i: number) => boolean;
}

const COLLECTOR_OF = CONFIG + Config.at.collector;

/** By the collector's number; filled while modules load, constant after. */
const HOOKS: (CollectorHooks | undefined)[] = [];
/** For a build without the registry, as the model's of the mark phase. */
const NO_HOOKS: CollectorHooks = {};

/** For the registry, at load: the hooks of collector number `id`. */
export function installHooks(id: number, hooks: CollectorHooks): void {
  HOOKS[id] = hooks;
}

/** The hooks of the machine's collector. */
export function hooksOf(m: Mem): CollectorHooks {
  return HOOKS[m[COLLECTOR_OF]] ?? NO_HOOKS;
}

/** The write barrier of a machine whose collector has one. */
export function barrierOf(m: Mem): WriteBarrier {
  return hooksOf(m).pointerStored ?? fatal('NO_WRITE_BARRIER', { collector: m[COLLECTOR_OF] });
}

/** Calls the write barrier. */
export function showToBarrier(m: Mem, slot: Ref, low: Low): void {
  barrierOf(m)(m, slot, low);
}
