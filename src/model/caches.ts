/**
 * The caches: the state of each line of memory, and the cost of an access to it. Each thread has a core
 * with two private caches. A line is clean with any number of sharers, or dirty with one owner.
 *
 * 1. An access to a line that the core has costs nothing in the first cache and l2.ns in the second.
 * 2. A read of another core's dirty line waits for the transfer of the line. The line is clean then.
 * 3. A write to a line that others have invalidates their copies and waits for the transfer.
 * 4. Transfers of one line are serialized: a core that wants a line in transfer queues.
 * 5. A line in no cache comes from memory. All cores share its bandwidth, and misses in order are prefetched.
 *
 * Invariant: a line with an owner has no other sharer.
 * Source: an idealized full-map directory (Censier and Feautrier, 1978).
 */
import { ACCESS } from '../rewrite/sites.ts';
import { missNs, type MachineModel } from './machine-model.ts';

/** Log2 of the words of a line. */
export const LINE_SHIFT = 4;
const LINE_BYTES = 64;
/** The distance in lines up to which a miss continues a stream. */
const NEAR = 4;
/** Misses of a stream after which lines are prefetched. */
const IN_A_ROW = 3;
/** Pages whose last miss a core remembers. */
const STREAMS = 128;
const PAGE_LINES_SHIFT = 6;

/** The causes of stalls, counted for each thread. */
export const EVENT = { l2: 0, miss: 1, stream: 2, storeMiss: 3, transfer: 4, queued: 5, bandwidth: 6, mispredict: 7 } as const;
export const EVENTS = Object.keys(EVENT) as readonly (keyof typeof EVENT)[];
export const EVENT_COUNT = EVENTS.length;
export const KIND_COUNT = Object.keys(ACCESS).length;

/** The tags of a two-way cache for each thread; the way used last is first. */
class Tags {
  readonly lines: Int32Array;
  readonly sets: number;
  readonly mask: number;

  constructor(threads: number, bytes: number) {
    this.sets = 2 ** Math.max(0, Math.floor(Math.log2(bytes / LINE_BYTES / 2)));
    this.mask = this.sets - 1;
    this.lines = new Int32Array(threads * this.sets * 2).fill(-1);
  }
}

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

  readonly #l1: Tags;
  readonly #l2: Tags;
  readonly #writes: Uint8Array;
  readonly #l2Ns: number;
  readonly #missNs: number;
  readonly #streamNs: number;
  readonly #transferNs: number;
  /** Time that a line occupies the memory bus, ns. */
  readonly #lineNs: number;
  #memoryFree = 0;
  /** Lines that a core can wait for at a time. */
  readonly #lines: number;
  /** Arrival times of the last `#lines` lines of each thread. */
  readonly #came: Float64Array;
  readonly #cameAt: Int32Array;
  readonly #alone: boolean;
  readonly #owner: Uint8Array;
  /** Bits of the threads that may have a line; `#stride` words for each line. */
  readonly #sharers: Int32Array;
  readonly #stride: number;
  /** The end of the last transfer of each line. */
  readonly #busyUntil: Float64Array;
  readonly #lastMiss: Int32Array;
  readonly #inARow: Uint8Array;
  /** The earliest arrival of each thread's next prefetched line. */
  readonly #streamFree: Float64Array;

  /**
   * @param words size of the memory
   * @param inUse bytes in use, for the cost of a miss
   */
  constructor(machine: MachineModel, threads: number, words: number, inUse: number) {
    const lines = (words >> LINE_SHIFT) + 1;
    this.eventNs = new Float64Array(threads * EVENT_COUNT);
    this.events = new Float64Array(threads * EVENT_COUNT);
    this.accesses = new Float64Array(threads * KIND_COUNT);
    this.transferLatencyNs = new Float64Array(threads);
    this.#l1 = new Tags(threads, machine.l1.bytes);
    this.#l2 = new Tags(threads, machine.l2.bytes);
    this.#writes = kindWrites();
    this.#l2Ns = machine.l2.ns;
    this.#missNs = missNs(machine, inUse);
    this.#streamNs = machine.streamNs;
    this.#transferNs = machine.transferNs;
    this.#lineNs = machine.bytesPerSecond === null ? 0 : (LINE_BYTES * 1e9) / machine.bytesPerSecond;
    this.#lines = machine.lines;
    this.#came = new Float64Array(threads * this.#lines);
    this.#cameAt = new Int32Array(threads);
    this.#alone = threads === 1;
    this.#owner = new Uint8Array(this.#alone ? 0 : lines);
    this.#stride = Math.ceil(threads / 32);
    this.#sharers = new Int32Array(this.#alone ? 0 : lines * this.#stride);
    this.#busyUntil = new Float64Array(this.#alone ? 0 : lines);
    this.#lastMiss = new Int32Array(threads * STREAMS).fill(-NEAR - 1);
    this.#inARow = new Uint8Array(threads * STREAMS);
    this.#streamFree = new Float64Array(threads);
  }

  /** Returns the ns until the line of an access of `kind` (see ACCESS), which `thread` begins at `now`, arrives; 0 in the first cache. */
  latency(thread: number, kind: number, line: number, now: number): number {
    this.accesses[thread * KIND_COUNT + kind]++;
    if (this.#alone || this.#owner[line] === thread + 1) return this.#fetch(thread, kind, line, now);
    return this.#share(thread, kind, line, now, this.#owner[line]);
  }

  /** Counts a stall of `thread`. */
  stalled(thread: number, event: number, ns: number): void {
    this.eventNs[thread * EVENT_COUNT + event] += ns;
    if (event === EVENT.mispredict) this.events[thread * EVENT_COUNT + event]++;
  }

  /** Returns the latency of a line that `thread` does not own. */
  #share(thread: number, kind: number, line: number, now: number, owner: number): number {
    const writes = this.#writes[kind] === 1;
    const at = line * this.#stride;
    const own = at + (thread >> 5);
    const bit = 1 << (thread & 31);
    let transfer = false;
    if (owner !== 0) {
      // No transfer if the owner has evicted the line since.
      transfer = this.#holds(owner - 1, line);
      this.#owner[line] = 0;
    }
    const had = (this.#sharers[own] & bit) !== 0;
    if (writes) {
      for (let i = at; i < at + this.#stride; i++) {
        if (!transfer && (i === own ? this.#sharers[i] & ~bit : this.#sharers[i]) !== 0) transfer = this.#heldByOthers(thread, line);
        this.#sharers[i] = 0;
      }
      this.#owner[line] = thread + 1;
    }
    this.#sharers[own] |= bit;
    if (!transfer) return had ? this.#fetch(thread, kind, line, now) : this.#bring(thread, kind, line, now);
    this.#insert(thread, line);
    return this.#transfer(thread, line, now);
  }

  /** Returns the latency of a transfer from another core, after earlier transfers of the line. */
  #transfer(thread: number, line: number, now: number): number {
    const start = Math.max(now, this.#busyUntil[line]);
    this.#busyUntil[line] = start + this.#transferNs;
    if (start > now) this.#count(thread, EVENT.queued);
    this.#count(thread, EVENT.transfer);
    this.transferLatencyNs[thread] += start - now + this.#transferNs;
    return start - now + this.#transferNs;
  }

  /** Returns the latency of a line that `thread` has in a cache, or had before it was evicted. */
  #fetch(thread: number, kind: number, line: number, now: number): number {
    const l1 = this.#l1;
    const at = (thread * l1.sets + (line & l1.mask)) * 2;
    if (l1.lines[at] === line) return 0;
    const other = l1.lines[at];
    l1.lines[at] = line;
    if (l1.lines[at + 1] === line) {
      l1.lines[at + 1] = other;
      return 0;
    }
    l1.lines[at + 1] = other;
    if (!this.#touch(thread, line)) return this.#miss(thread, kind, line, now);
    this.#count(thread, EVENT.l2);
    return this.#l2Ns;
  }

  /** Returns the latency of a line that `thread` does not have. */
  #bring(thread: number, kind: number, line: number, now: number): number {
    this.#insert(thread, line);
    return this.#miss(thread, kind, line, now);
  }

  #insert(thread: number, line: number): void {
    const l1 = this.#l1;
    const at = (thread * l1.sets + (line & l1.mask)) * 2;
    if (l1.lines[at] !== line) {
      l1.lines[at + 1] = l1.lines[at];
      l1.lines[at] = line;
    }
    this.#touch(thread, line);
  }

  /** Puts the line into the second cache. Reports whether it was there. */
  #touch(thread: number, line: number): boolean {
    const l2 = this.#l2;
    const at = (thread * l2.sets + (line & l2.mask)) * 2;
    const first = l2.lines[at];
    if (first === line) return true;
    l2.lines[at] = line;
    const was = l2.lines[at + 1] === line;
    l2.lines[at + 1] = first;
    return was;
  }

  #holds(thread: number, line: number): boolean {
    const l2 = this.#l2;
    const at = (thread * l2.sets + (line & l2.mask)) * 2;
    return l2.lines[at] === line || l2.lines[at + 1] === line;
  }

  #heldByOthers(thread: number, line: number): boolean {
    for (let i = 0; i < this.#stride; i++) {
      for (let bits = this.#sharers[line * this.#stride + i]; bits !== 0; bits &= bits - 1) {
        const other = i * 32 + 31 - Math.clz32(bits & -bits);
        if (other !== thread && this.#holds(other, line)) return true;
      }
    }
    return false;
  }

  /** Returns the latency of a line from memory. */
  #miss(thread: number, kind: number, line: number, now: number): number {
    const stream = thread * STREAMS + ((line >> PAGE_LINES_SHIFT) & (STREAMS - 1));
    const distance = line - this.#lastMiss[stream];
    this.#lastMiss[stream] = line;
    if (distance > NEAR || distance < -NEAR) {
      this.#inARow[stream] = 0;
    } else if (this.#inARow[stream] === IN_A_ROW) {
      const free = Math.max(now + this.#waitForMemory(thread, now), this.#streamFree[thread]);
      this.#streamFree[thread] = free + this.#streamNs;
      this.#count(thread, EVENT.stream);
      return Math.max(free - now, this.#l2Ns);
    } else {
      this.#inARow[stream]++;
    }
    this.#count(thread, kind === ACCESS.store || kind === ACCESS.byteStore ? EVENT.storeMiss : EVENT.miss);
    const slot = thread * this.#lines + this.#cameAt[thread];
    this.#cameAt[thread] = (this.#cameAt[thread] + 1) % this.#lines;
    this.#bringNeighbour(thread, line ^ 1);
    const start = Math.max(now, this.#came[slot]);
    this.#came[slot] = start + this.#waitForMemory(thread, start) + this.#missNs;
    return this.#came[slot] - now;
  }

  /** Fetches the other line of a pair too, unless another core owns it. */
  #bringNeighbour(thread: number, line: number): void {
    if (!this.#alone) {
      if (this.#owner[line] !== 0 && this.#owner[line] !== thread + 1) return;
      this.#sharers[line * this.#stride + (thread >> 5)] |= 1 << (thread & 31);
    }
    if (!this.#touch(thread, line)) this.#memoryFree += this.#lineNs;
  }

  #waitForMemory(thread: number, now: number): number {
    if (this.#lineNs === 0) return 0;
    const start = Math.max(now, this.#memoryFree);
    this.#memoryFree = start + this.#lineNs;
    if (start > now) this.#count(thread, EVENT.bandwidth);
    return start - now;
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
