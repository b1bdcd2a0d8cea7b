/**
 * Where each line of the memory is, and what it costs to get it. Each thread has a core of its
 * own with two caches; a line is clean, with any number of sharers, or written by one owner.
 *
 * Costs and conflicts are those of a directory that knows all: who reads what another has
 * written waits until the line has come over; who writes what others have takes it from them.
 * A line comes to one core at a time: others that want it queue up. What is in no cache comes
 * from the memory behind, whose bandwidth all share.
 */
import { ACCESS } from '../explore/rewrite/sites.ts';
import { missNs, type MachineModel } from './machine-model.ts';

/** Words of a line. */
export const LINE_SHIFT = 4;
const LINE_BYTES = 64;
/** Lines next to which a miss counts as foreseen. */
const NEAR = 4;
/** Pages of which a core remembers the last miss. */
const STREAMS = 32;
const PAGE_LINES_SHIFT = 6;

/** What is counted for each thread. */
export const EVENT = { l2: 0, miss: 1, stream: 2, storeMiss: 3, transfer: 4, queued: 5, bandwidth: 6 } as const;
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
  /** Nanoseconds and counts by thread and event; by thread and kind of access. */
  readonly eventNs: Float64Array;
  readonly events: Float64Array;
  readonly accesses: Float64Array;

  readonly #l1: Tags;
  readonly #l2: Tags;
  readonly #kindNs: Float64Array;
  readonly #writes: Uint8Array;
  readonly #l2Ns: number;
  readonly #missNs: number;
  readonly #streamNs: number;
  readonly #stored: number;
  readonly #transferNs: number;
  /** Nanoseconds for which a line from memory keeps it busy. */
  readonly #lineNs: number;
  #memoryFree = 0;
  readonly #alone: boolean;
  readonly #owner: Uint8Array;
  /** Bits of the threads that may have a line, `#stride` words a line. */
  readonly #sharers: Int32Array;
  readonly #stride: number;
  /** When a line that is contended can come to the next. */
  readonly #busyUntil: Float64Array;
  readonly #lastMiss: Int32Array;

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
    this.#kindNs = kindNs(machine);
    this.#writes = kindWrites();
    this.#l2Ns = machine.l2.ns;
    this.#missNs = missNs(machine, inUse) * machine.exposed;
    this.#streamNs = machine.streamNs;
    this.#stored = machine.stored;
    this.#transferNs = machine.transferNs;
    this.#lineNs = machine.bytesPerSecond === null ? 0 : (LINE_BYTES * 1e9) / machine.bytesPerSecond;
    this.#alone = threads === 1;
    this.#owner = new Uint8Array(this.#alone ? 0 : lines);
    this.#stride = Math.ceil(threads / 32);
    this.#sharers = new Int32Array(this.#alone ? 0 : lines * this.#stride);
    this.#busyUntil = new Float64Array(this.#alone ? 0 : lines);
    this.#lastMiss = new Int32Array(threads * STREAMS).fill(-NEAR - 1);
  }

  /** Nanoseconds that an access of `kind` (see ACCESS) to a word of `line` takes `thread`, which makes it at `now`. */
  access(thread: number, kind: number, line: number, now: number): number {
    this.accesses[thread * KIND_COUNT + kind]++;
    const ns = this.#kindNs[kind];
    if (this.#alone) return ns + this.#fetch(thread, kind, line, now);
    const owner = this.#owner[line];
    if (owner === thread + 1) return ns + this.#fetch(thread, kind, line, now);
    return ns + this.#share(thread, kind, line, now, owner);
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
    return this.#transfer(thread, kind, line, now);
  }

  /** The line comes from another core, as soon as those before have had it. */
  #transfer(thread: number, kind: number, line: number, now: number): number {
    const start = Math.max(now, this.#busyUntil[line]);
    this.#busyUntil[line] = start + this.#transferNs;
    const seen = kind === ACCESS.store || kind === ACCESS.byteStore ? this.#stored : 1;
    const queued = (start - now) * seen;
    const ns = this.#transferNs * seen;
    this.#count(thread, EVENT.transfer, ns);
    if (queued > 0) this.#count(thread, EVENT.queued, queued);
    return ns + queued;
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
    this.#count(thread, EVENT.l2, this.#l2Ns);
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
    const wait = this.#waitForMemory(thread, now);
    let event: number = EVENT.miss;
    let ns = this.#missNs;
    if (distance <= NEAR && distance >= -NEAR) {
      event = EVENT.stream;
      ns = this.#streamNs;
    } else if (kind === ACCESS.store || kind === ACCESS.byteStore) {
      event = EVENT.storeMiss;
      ns *= this.#stored;
    }
    this.#count(thread, event, ns);
    return wait + ns;
  }

  #waitForMemory(thread: number, now: number): number {
    if (this.#lineNs === 0) return 0;
    const start = Math.max(now, this.#memoryFree);
    this.#memoryFree = start + this.#lineNs;
    const wait = start - now;
    if (wait > 0) this.#count(thread, EVENT.bandwidth, wait);
    return wait;
  }

  #count(thread: number, event: number, ns: number): void {
    const at = thread * EVENT_COUNT + event;
    this.events[at]++;
    this.eventNs[at] += ns;
  }
}

const PLAIN: readonly number[] = [ACCESS.load, ACCESS.store, ACCESS.byteLoad, ACCESS.byteStore];

export function isPlain(kind: number): boolean {
  return PLAIN.includes(kind);
}

/** What an access of each kind takes when its line is at hand. */
export function kindNs(machine: MachineModel): Float64Array {
  const ns = new Float64Array(KIND_COUNT);
  for (const kind of PLAIN) ns[kind] = machine.accessNs;
  ns[ACCESS.atomicLoad] = machine.atomicLoadNs;
  ns[ACCESS.atomicStore] = machine.atomicStoreNs;
  for (const kind of ['rmw', 'cas', 'casFailed'] as const) ns[ACCESS[kind]] = machine.rmwNs;
  for (const kind of ['wait', 'waitRefused', 'notify'] as const) ns[ACCESS[kind]] = machine.atomicLoadNs;
  ns[ACCESS.fill] = ns[ACCESS.copy] = machine.rangeNs;
  return ns;
}

/** Kinds that need the line for themselves; a CAS that fails takes it as well. */
function kindWrites(): Uint8Array {
  const writes = new Uint8Array(KIND_COUNT);
  for (const kind of ['store', 'byteStore', 'atomicStore', 'rmw', 'cas', 'casFailed', 'fill', 'copy'] as const) writes[ACCESS[kind]] = 1;
  return writes;
}
