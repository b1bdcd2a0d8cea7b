/**
 * Where each line of the memory is, and what it costs to get it. Each thread has a core of its
 * own with two caches; a line is clean, with any number of sharers, or written by one owner.
 *
 * Costs and conflicts are those of a directory that knows all: who reads what another has
 * written waits until the line has come over; who writes what others have takes it from them.
 * A line comes to one core at a time: others that want it queue up. What is in no cache comes
 * from the memory behind, whose bandwidth all share.
 */
import { ACCESS } from '../rewrite/sites.ts';
import { missNs, type MachineModel } from './machine-model.ts';

/** Words of a line. */
export const LINE_SHIFT = 4;
const LINE_BYTES = 64;
/** Lines next to which a miss counts as foreseen; after so many in a row it is fetched ahead. */
const NEAR = 4;
const IN_A_ROW = 3;
/** Pages of which a core remembers the last miss. */
const STREAMS = 128;
const PAGE_LINES_SHIFT = 6;

/** What is counted for each thread; what it stood still for. */
export const EVENT = { l2: 0, miss: 1, stream: 2, storeMiss: 3, transfer: 4, queued: 5, bandwidth: 6, mispredict: 7 } as const;
export const EVENTS = Object.keys(EVENT) as readonly (keyof typeof EVENT)[];
export const EVENT_COUNT = EVENTS.length;
export const KIND_COUNT = Object.keys(ACCESS).length;

/** A set of lines of two ways each, the one used last first. */
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
  /** What the access last asked for had to wait for, see EVENT. */
  event: number = EVENT.l2;
  /** Nanoseconds stood still and counts, by thread and event; counts by thread and kind of access. */
  readonly eventNs: Float64Array;
  readonly events: Float64Array;
  readonly accesses: Float64Array;

  readonly #l1: Tags;
  readonly #l2: Tags;
  readonly #writes: Uint8Array;
  readonly #l2Ns: number;
  readonly #missNs: number;
  readonly #streamNs: number;
  readonly #transferNs: number;
  /** Nanoseconds for which a line from memory keeps it busy. */
  readonly #lineNs: number;
  #memoryFree = 0;
  /** When each of the last `#lines` lines that a thread waited for came. */
  readonly #lines: number;
  readonly #came: Float64Array;
  readonly #cameAt: Int32Array;
  readonly #alone: boolean;
  readonly #owner: Uint8Array;
  /** Bits of the threads that may have a line, `#stride` words a line. */
  readonly #sharers: Int32Array;
  readonly #stride: number;
  /** When a line that is contended can come to the next. */
  readonly #busyUntil: Float64Array;
  readonly #lastMiss: Int32Array;
  readonly #inARow: Uint8Array;
  /** When each thread's next line that is fetched ahead can be there. */
  readonly #streamFree: Float64Array;

  /**
   * @param words of the memory
   * @param inUse bytes of it that are touched, for the cost of a miss
   */
  constructor(machine: MachineModel, threads: number, words: number, inUse: number) {
    const lines = (words >> LINE_SHIFT) + 1;
    this.eventNs = new Float64Array(threads * EVENT_COUNT);
    this.events = new Float64Array(threads * EVENT_COUNT);
    this.accesses = new Float64Array(threads * KIND_COUNT);
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

  /** Nanoseconds until the line of an access of `kind` (see ACCESS) is there, which `thread` begins at `now`; 0 in the first cache. */
  latency(thread: number, kind: number, line: number, now: number): number {
    this.accesses[thread * KIND_COUNT + kind]++;
    if (this.#alone || this.#owner[line] === thread + 1) return this.#fetch(thread, kind, line, now);
    return this.#share(thread, kind, line, now, this.#owner[line]);
  }

  /** `thread` stood still because of an event. */
  stalled(thread: number, event: number, ns: number): void {
    this.eventNs[thread * EVENT_COUNT + event] += ns;
    if (event === EVENT.mispredict) this.events[thread * EVENT_COUNT + event]++;
  }

  /** A line that `thread` does not own. */
  #share(thread: number, kind: number, line: number, now: number, owner: number): number {
    const writes = this.#writes[kind] === 1;
    const at = line * this.#stride;
    const own = at + (thread >> 5);
    const bit = 1 << (thread & 31);
    let transfer = false;
    if (owner !== 0) {
      // Unless its writer has lost it to the memory since.
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

  /** The line comes from another core, as soon as those before have had it. */
  #transfer(thread: number, line: number, now: number): number {
    const start = Math.max(now, this.#busyUntil[line]);
    this.#busyUntil[line] = start + this.#transferNs;
    if (start > now) this.#count(thread, EVENT.queued);
    this.#count(thread, EVENT.transfer);
    return start - now + this.#transferNs;
  }

  /** A line that `thread` may have, in the first cache, in the second, or no longer. */
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

  /** A line that `thread` has no more, if it ever had it. */
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

  /** Puts the line into the second cache; true if it was there. */
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

  /** From the memory behind the caches. */
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

  /** Lines come from memory in pairs, if nobody else has the other. */
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

export function isPlain(kind: number): boolean {
  return PLAIN.includes(kind);
}

/** Kinds that need the line for themselves; a CAS that fails takes it as well. */
function kindWrites(): Uint8Array {
  const writes = new Uint8Array(KIND_COUNT);
  for (const kind of ['store', 'byteStore', 'atomicStore', 'rmw', 'cas', 'casFailed', 'fill', 'copy'] as const) writes[ACCESS[kind]] = 1;
  return writes;
}
