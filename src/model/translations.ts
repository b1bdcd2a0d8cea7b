/**
 * The translation of addresses: a core's two TLBs, and its walks through the tables of pages.
 *
 * 1. A page in the first TLB costs nothing, in the second secondNs.
 * 2. Otherwise the core walks the tables, with as many walks at a time as it has walkers, and both TLBs learn the page.
 *
 * Only an access that misses the first cache asks: the pages of lines in that cache are in one of the TLBs, whose time an
 * out-of-order core hides.
 */
import { LINE_BYTES } from './line.ts';
import type { Placement } from './placement.ts';
import { SetAssociative } from './set-associative.ts';
import type { Tlb } from './topology.ts';

export class Translations {
  readonly #first: SetAssociative;
  readonly #second: SetAssociative;
  readonly #linesPerPage: number;
  readonly #secondNs: number;
  readonly #walkNs: number;
  readonly #walkers: number;
  /** By core: the ends of its last walks, one for each walker, and below the place of the first of them. */
  readonly #walked: Float64Array;
  readonly #next: Int32Array;

  constructor(tlb: Tlb, { cores }: Placement) {
    this.#first = new SetAssociative(cores, tlb.entries, tlb.ways);
    this.#second = new SetAssociative(cores, tlb.second, tlb.ways);
    this.#linesPerPage = tlb.pageBytes / LINE_BYTES;
    this.#secondNs = tlb.secondNs;
    this.#walkNs = tlb.walkNs;
    this.#walkers = tlb.walkers ?? 1;
    this.#walked = new Float64Array(cores * this.#walkers);
    this.#next = new Int32Array(cores);
  }

  /** Returns the ns until `core`, which asks at `now`, knows the address of `line`. */
  latency(core: number, line: number, now: number): number {
    const page = Math.floor(line / this.#linesPerPage);
    if (this.#first.touch(core, page)) return 0;
    if (this.#second.touch(core, page)) return this.#secondNs;
    const walker = core * this.#walkers + this.#next[core];
    this.#next[core] = (this.#next[core] + 1) % this.#walkers;
    this.#walked[walker] = Math.max(now, this.#walked[walker]) + this.#walkNs;
    return this.#walked[walker] - now;
  }
}
