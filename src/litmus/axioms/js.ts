/**
 * The results that ECMAScript's memory model allows.
 *
 * A candidate execution states, for each byte of each read, the write that the byte comes from. It is valid if
 * - happens-before is a strict partial order: program order; from each seq-cst write to the seq-cst read of equal
 *   range that reads from it; from the initial write to all other events; from all others to the reads at the end;
 * - reads are coherent: a read comes from no write that happens after it, or that is overwritten by one that happens
 *   before the read;
 * - reads are tear-free (reads-from.ts);
 * - there is a total order of all events with the properties that the specification requires of memory order.
 *
 * All candidate executions are tried. One in which a read-modify-write's value depends on itself is not an execution.
 *
 * Sources: the chapter Memory Model of ECMA-262, the draft of 2026; Watt, Pulte, Podkopaev, Barbier, Dolan, Flur,
 * Pichon-Pharabod and Guo, "Repairing and mechanising the JavaScript relaxed memory model", PLDI 2020, which the
 * present text of the specification follows.
 */
import { byteOf, valueOf, type Value } from '../bytes.ts';
import { keyOf, type Program } from '../program.ts';
import { written } from '../written.ts';
import { isBefore, putBefore, unordered, type Before } from './before.ts';
import { INIT, covers, equalRanges, eventsOf, type Event } from './events.ts';
import { sourcesOf, type Sources } from './reads-from.ts';

/**
 * Which valid executions are meant.
 * - `all`: those of the specification
 * - `in-order`: those that can be made event by event in memory order. No event reads from a later one, as load
 *   buffering does, and the memory at the end holds the last writes. These are what exploration can reach.
 */
export type Executions = 'all' | 'in-order';

/** Returns the keys of all results that the specification allows, or of those of its executions that are meant. */
export function jsResults(program: Program, executions: Executions = 'all'): Set<string> {
  const results = new Set<string>();
  for (const events of eventsOf(program)) new Candidates(program, events, executions, results).tryAll();
  return results;
}

/** The candidate executions over one set of events. */
class Candidates {
  readonly #events: readonly Event[];
  readonly #writers: readonly Event[];
  readonly #reads: readonly Event[];
  readonly #options: readonly (readonly Sources[])[];
  readonly #threads: number;
  readonly #isInOrder: boolean;
  readonly #results: Set<string>;
  /** By event, what it reads. */
  readonly #from: Sources[] = [];

  constructor({ threads }: Program, events: readonly Event[], executions: Executions, results: Set<string>) {
    this.#events = events;
    this.#writers = events.filter(({ writes }) => writes);
    this.#reads = events.filter(({ reads }) => reads);
    this.#options = this.#reads.map((read) => sourcesOf(read, events));
    this.#threads = threads.length;
    this.#isInOrder = executions === 'in-order';
    this.#results = results;
  }

  tryAll(): void {
    const order = unordered(this.#events.length);
    for (const a of this.#events) for (const b of this.#events) if (this.#isOrdered(a, b)) putBefore(order, a.id, b.id);
    this.#tryReads(0, order);
  }

  /** Happens-before as far as no read has a part in it. */
  #isOrdered(a: Event, b: Event): boolean {
    if (a.id === INIT || b.id === INIT) return a.id === INIT && b.id !== INIT;
    return a.thread === b.thread ? a.id < b.id : b.thread === this.#threads;
  }

  /** Tries all sources of the reads from the `n`th on, under the happens-before that follows from the reads before. */
  #tryReads(n: number, happensBefore: Before): void {
    if (n === this.#reads.length) {
      const key = this.#result();
      if (key !== undefined && !this.#results.has(key) && this.#hasMemoryOrder(happensBefore)) this.#results.add(key);
      return;
    }
    const read = this.#reads[n];
    for (const sources of this.#options[n]) {
      const order = happensBefore.slice();
      const synchronizing = sources.filter((write) => write.isAtomic && read.isAtomic && equalRanges(write, read));
      if (!synchronizing.every((write) => isBefore(order, write.id, read.id) || putBefore(order, write.id, read.id))) continue;
      this.#from[read.id] = sources;
      // Happens-before only grows: what is incoherent now remains so.
      if (this.#reads.slice(0, n + 1).every((each) => this.#isCoherent(each, order))) this.#tryReads(n + 1, order);
    }
  }

  #isCoherent(read: Event, order: Before): boolean {
    return this.#from[read.id].every((source, i) => {
      if (isBefore(order, read.id, source.id)) return false;
      const byte = read.access.at + i;
      return this.#writers.every((write) => !(covers(write, byte) && isBefore(order, source.id, write.id) && isBefore(order, write.id, read.id)));
    });
  }

  /** Returns the key of the result; undefined if a value depends on itself, or a compare-exchange goes the other way. */
  #result(): string | undefined {
    const values = new Map<Event, Value | undefined>();
    let isCircular = false;
    const valueRead = (event: Event): Value => {
      const known = values.get(event);
      if (known !== undefined) return known;
      isCircular ||= values.has(event);
      if (isCircular) return 0;
      values.set(event, undefined);
      const bytes = this.#from[event.id].map((source, i) => {
        if (source.isInit) return 0;
        const value = written(source.access, source.reads ? valueRead(source) : 0);
        // A compare-exchange that does not do what its way supposes is found below.
        return byteOf(value ?? 0, event.access.at + i - source.access.at);
      });
      const value = valueOf(bytes);
      values.set(event, value);
      return value;
    };
    const found = this.#reads.map(valueRead);
    if (isCircular) return undefined;
    const agrees = this.#reads.every(({ access, writes }, i) => access.kind !== 'compareExchange' || (found[i] === access.expected) === writes);
    return agrees ? keyOf(found) : undefined;
  }

  /** Reports whether there is a memory order: the rule of sequentially consistent atomics. */
  #hasMemoryOrder(happensBefore: Before): boolean {
    const excluded: (readonly [write: number, between: number, read: number])[] = [];
    for (const read of this.#reads) {
      for (const write of new Set(this.#from[read.id])) {
        for (const between of this.#writers) {
          if (between !== write && between !== read && between.isAtomic && mustNotIntervene(write, between, read, happensBefore)) excluded.push([write.id, between.id, read.id]);
        }
      }
    }
    const order = this.#isInOrder ? this.#orderOfMaking(happensBefore) : happensBefore;
    return order !== undefined && admits(order, excluded, 0);
  }

  /** Returns happens-before with each read after what it reads, and with the writes at the end last; undefined if that is a circle. */
  #orderOfMaking(happensBefore: Before): Before | undefined {
    const order = happensBefore.slice();
    const before: (readonly [Event, Event])[] = [];
    for (const read of this.#reads) {
      for (const [i, source] of this.#from[read.id].entries()) {
        before.push([source, read]);
        if (read.thread < this.#threads) continue;
        for (const write of this.#writers) if (write !== source && covers(write, read.access.at + i)) before.push([write, source]);
      }
    }
    return before.every(([a, b]) => isBefore(order, a.id, b.id) || putBefore(order, a.id, b.id)) ? order : undefined;
  }
}

/** Reports whether `between` may not come between `write` and the `read` that reads from it, in memory order. */
function mustNotIntervene(write: Event, between: Event, read: Event, order: Before): boolean {
  if (!isBefore(order, write.id, read.id)) return false;
  const synchronizes = write.isAtomic && read.isAtomic && equalRanges(write, read);
  if (synchronizes && equalRanges(between, read)) return true;
  if (isBefore(order, between.id, read.id) && write.isAtomic && equalRanges(write, between)) return true;
  return isBefore(order, write.id, between.id) && read.isAtomic && equalRanges(between, read);
}

/** Reports whether a total order extends `order` in which no excluded event intervenes; those before `n` don't any more. */
function admits(order: Before, excluded: readonly (readonly [number, number, number])[], n: number): boolean {
  if (n === excluded.length) return true;
  const [write, between, read] = excluded[n];
  if (isBefore(order, between, write) || isBefore(order, read, between)) return admits(order, excluded, n + 1);
  return [[between, write], [read, between]].some(([a, b]) => {
    const extended = order.slice();
    return putBefore(extended, a, b) && admits(extended, excluded, n + 1);
  });
}
