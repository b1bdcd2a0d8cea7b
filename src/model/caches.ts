/**
 * The caches: the state of each line of memory, and the cost of an access to it. Each core has two private caches, which its
 * threads share. A line is clean with any number of sharers, or dirty with one owner.
 *
 * 1. An access to a line that the core has costs nothing in the first cache and l2.ns in the second.
 * 2. A read of another core's dirty line waits for the transfer of the line. The line is clean then.
 * 3. A write to a line that others have invalidates their copies and waits for the transfer.
 * 4. Transfers of one line are serialized: a core that wants a line in transfer queues.
 * 5. A line in no core's cache comes from the memory system (memory-system.ts). Misses in order are prefetched (streams.ts).
 * 6. A line that is not in the first cache waits for the translation of its address, too (translations.ts).
 *
 * Invariant: a line with an owner has no other sharer.
 * Source: an idealized full-map directory (Censier and Feautrier, 1978).
 */
import { ACCESS } from '../rewrite/sites.ts';
import { LINE_SHIFT } from './line.ts';
import type { MachineModel } from './machine-model.ts';
import { MemorySystem } from './memory-system.ts';
import { slowdowns, type Placement } from './placement.ts';
import { PrivateCaches } from './private-caches.ts';
import { Streams } from './streams.ts';
import { Translations } from './translations.ts';

/** The causes of stalls, counted for each thread. */
export const EVENT = { l2: 0, miss: 1, stream: 2, storeMiss: 3, transfer: 4, queued: 5, bandwidth: 6, mispredict: 7, l3: 8, walk: 9 } as const;
export const EVENTS = Object.keys(EVENT) as readonly (keyof typeof EVENT)[];
export const EVENT_COUNT = EVENTS.length;
export const KIND_COUNT = Object.keys(ACCESS).length;

export class Caches {
  /** Cause of the last access's latency, see EVENT. */
  event: number = EVENT.l2;
  /** Stalled ns by thread and event. */
  readonly eventNs: Float64Array;
  /** Counts by thread and event. */
  readonly events: Float64Array;
  /** Counts by thread and kind of access. */
  readonly accesses: Float64Array;
  /** Latencies of transfers by thread, whether the core stalls for them or not. */
  readonly transferLatencyNs: Float64Array;

  readonly #coreOf: Uint8Array;
  readonly #socketOf: Uint8Array;
  readonly #own: PrivateCaches;
  readonly #memory: MemorySystem;
  readonly #translations: Translations | undefined;
  readonly #writes: Uint8Array;
  /** By core. */
  readonly #l2Ns: Float64Array;
  readonly #streamNs: number;
  /** By core: a load of a line that has been prefetched. */
  /** By core: how much slower it is than at its full clock. */
  readonly #slowdown: Float64Array;
  readonly #transferNs: number;
  /** The same between sockets. */
  readonly #farTransferNs: number;
  /** Lines that a core can wait for at a time. */
  readonly #lines: number;
  /** Arrival times of the last `#lines` lines of each core. */
  readonly #came: Float64Array;
  readonly #cameAt: Int32Array;
  readonly #alone: boolean;
  /** By line: 1 + the owner. */
  readonly #owner: Uint8Array;
  /** Bits of the cores that may have a line; `#stride` words for each line. */
  readonly #sharers: Int32Array;
  readonly #stride: number;
  /** The end of the last transfer of each line. */
  readonly #busyUntil: Float64Array;
  readonly #streams: Streams;
  /** The earliest arrival of each core's next prefetched line. */
  readonly #streamFree: Float64Array;

  /**
   * @param words size of the memory
   * @param inUse bytes in use, for the cost of a miss
   */
  constructor(machine: MachineModel, placement: Placement, words: number, inUse: number) {
    const { threads, cores } = placement;
    const { topology } = machine;
    const lines = (words >> LINE_SHIFT) + 1;
    this.eventNs = new Float64Array(threads * EVENT_COUNT);
    this.events = new Float64Array(threads * EVENT_COUNT);
    this.accesses = new Float64Array(threads * KIND_COUNT);
    this.transferLatencyNs = new Float64Array(placement.threads);
    this.#coreOf = placement.coreOf;
    this.#socketOf = placement.socketOf;
    this.#own = new PrivateCaches(machine, cores);
    this.#memory = new MemorySystem(machine, placement, inUse);
    this.#translations = topology?.tlb === undefined ? undefined : new Translations(topology.tlb, placement);
    this.#writes = kindWrites();
    this.#slowdown = slowdowns(machine, placement);
    this.#l2Ns = this.#slowdown.map((factor) => factor * machine.l2.ns);
    this.#streamNs = machine.streamNs;
    this.#transferNs = machine.transferNs;
    this.#farTransferNs = topology?.link?.transferNs ?? machine.transferNs;
    this.#lines = machine.lines;
    this.#came = new Float64Array(cores * this.#lines);
    this.#cameAt = new Int32Array(cores);
    this.#alone = cores === 1;
    this.#owner = new Uint8Array(this.#alone ? 0 : lines);
    this.#stride = Math.ceil(cores / 32);
    this.#sharers = new Int32Array(this.#alone ? 0 : lines * this.#stride);
    this.#busyUntil = new Float64Array(this.#alone ? 0 : lines);
    this.#streams = new Streams(cores, machine.streams ?? machine.l2.ns);
    this.#streamFree = new Float64Array(cores);
  }

  /** Returns the ns until the line of an access of `kind` (see ACCESS), which `thread` begins at `now`, arrives; 0 in the first cache. */
  latency(thread: number, kind: number, line: number, now: number): number {
    this.accesses[thread * KIND_COUNT + kind]++;
    const core = this.#coreOf[thread];
    const ns = this.#alone || this.#owner[line] === core + 1 ? this.#fetch(thread, core, kind, line, now) : this.#share(thread, core, kind, line, now);
    return ns === 0 || this.#translations === undefined ? ns : this.#translate(thread, core, line, now, ns);
  }

  /** Counts a stall of `thread`. */
  stalled(thread: number, event: number, ns: number): void {
    this.eventNs[thread * EVENT_COUNT + event] += ns;
    if (event === EVENT.mispredict) this.events[thread * EVENT_COUNT + event]++;
  }

  /** Returns the latency of a line that takes `ns` once its address is known. The longer part is the cause of the stall. */
  #translate(thread: number, core: number, line: number, now: number, ns: number): number {
    const walk = this.#translations!.latency(core, line, now);
    const cause = this.event;
    if (walk > 0) this.#count(thread, EVENT.walk);
    if (walk < ns) this.event = cause;
    return walk + ns;
  }

  /** Returns the latency of a line that the core does not own. */
  #share(thread: number, core: number, kind: number, line: number, now: number): number {
    const owner = this.#owner[line];
    const at = line * this.#stride;
    const own = at + (core >> 5);
    const bit = 1 << (core & 31);
    // The core that the line is transferred from, plus 1. An owner that has evicted the line since is none.
    let from = owner !== 0 && this.#own.holds(owner - 1, line) ? owner : 0;
    this.#owner[line] = 0;
    const had = (this.#sharers[own] & bit) !== 0;
    if (this.#writes[kind] === 1) {
      for (let i = at; i < at + this.#stride; i++) {
        if (from === 0 && (i === own ? this.#sharers[i] & ~bit : this.#sharers[i]) !== 0) from = this.#heldByOther(core, line);
        this.#sharers[i] = 0;
      }
      this.#owner[line] = core + 1;
      this.#memory.claim(this.#socketOf[core], line);
    }
    this.#sharers[own] |= bit;
    if (from === 0) return had ? this.#fetch(thread, core, kind, line, now) : this.#bring(thread, core, kind, line, now);
    this.#own.insert(core, line);
    this.#memory.touch(this.#socketOf[core], line);
    return this.#transfer(thread, line, now, this.#socketOf[core] === this.#socketOf[from - 1] ? this.#transferNs : this.#farTransferNs);
  }

  /** Returns the latency of a transfer that takes `ns`, after earlier transfers of the line. */
  #transfer(thread: number, line: number, now: number, ns: number): number {
    const start = Math.max(now, this.#busyUntil[line]);
    this.#busyUntil[line] = start + ns;
    if (start > now) this.#count(thread, EVENT.queued);
    this.#count(thread, EVENT.transfer);
    this.transferLatencyNs[thread] += start - now + ns;
    return start - now + ns;
  }

  /** Returns the latency of a line that the core has in a cache, or had before it was evicted. */
  #fetch(thread: number, core: number, kind: number, line: number, now: number): number {
    if (this.#own.touchFirst(core, line)) return 0;
    if (!this.#own.touchSecond(core, line)) return this.#miss(thread, core, kind, line, now);
    this.#count(thread, EVENT.l2);
    return this.#l2Ns[core];
  }

  /** Returns the latency of a line that the core does not have. */
  #bring(thread: number, core: number, kind: number, line: number, now: number): number {
    this.#own.insert(core, line);
    return this.#miss(thread, core, kind, line, now);
  }

  /** Returns another core that holds the line, plus 1; 0 for none. */
  #heldByOther(core: number, line: number): number {
    for (let i = 0; i < this.#stride; i++) {
      for (let bits = this.#sharers[line * this.#stride + i]; bits !== 0; bits &= bits - 1) {
        const other = i * 32 + 31 - Math.clz32(bits & -bits);
        if (other !== core && this.#own.holds(other, line)) return other + 1;
      }
    }
    return 0;
  }

  /** Returns the latency of a line from the third cache or from memory. */
  #miss(thread: number, core: number, kind: number, line: number, now: number): number {
    const socket = this.#socketOf[core];
    const near = this.#memory.touch(socket, line);
    const prefetchedNs = this.#streams.prefetchedNs(core, line);
    if (prefetchedNs >= 0) {
      const free = Math.max(now + (near ? 0 : this.#waitForMemory(thread, socket, line, now)), this.#streamFree[core]);
      this.#streamFree[core] = free + this.#streamNs;
      this.#count(thread, EVENT.stream);
      return Math.max(free - now, this.#slowdown[core] * prefetchedNs);
    }
    this.#count(thread, near ? EVENT.l3 : kind === ACCESS.store || kind === ACCESS.byteStore ? EVENT.storeMiss : EVENT.miss);
    const slot = core * this.#lines + this.#cameAt[core];
    this.#cameAt[core] = (this.#cameAt[core] + 1) % this.#lines;
    this.#bringNeighbour(core, socket, line ^ 1);
    const start = Math.max(now, this.#came[slot]);
    this.#came[slot] = start + (near ? this.#memory.nearNs : this.#waitForMemory(thread, socket, line, start) + this.#memory.latency(socket, line));
    return this.#came[slot] - now;
  }

  /** Fetches the other line of a pair too, unless another core owns it. */
  #bringNeighbour(core: number, socket: number, line: number): void {
    if (!this.#alone) {
      if (this.#owner[line] !== 0 && this.#owner[line] !== core + 1) return;
      this.#sharers[line * this.#stride + (core >> 5)] |= 1 << (core & 31);
    }
    if (!this.#own.touchSecond(core, line) && !this.#memory.touch(socket, line)) this.#memory.occupy(socket, line);
  }

  #waitForMemory(thread: number, socket: number, line: number, now: number): number {
    const ns = this.#memory.wait(socket, line, now);
    if (ns > 0) this.#count(thread, EVENT.bandwidth);
    return ns;
  }

  #count(thread: number, event: number): void {
    this.event = event;
    this.events[thread * EVENT_COUNT + event]++;
  }
}

const PLAIN: readonly number[] = [ACCESS.load, ACCESS.store, ACCESS.byteLoad, ACCESS.byteStore];

/** Reports whether accesses of `kind` are plain loads or stores. */
export function isPlain(kind: number): boolean {
  return PLAIN.includes(kind);
}

/** Returns by kind whether an access needs the line exclusively. A failed CAS does too. */
function kindWrites(): Uint8Array {
  const writes = new Uint8Array(KIND_COUNT);
  for (const kind of ['store', 'byteStore', 'atomicStore', 'rmw', 'cas', 'casFailed', 'fill', 'copy'] as const) writes[ACCESS[kind]] = 1;
  return writes;
}
