/**
 * The translation of addresses: a core's two TLBs, and its walks through the tables of pages.
 *
 * 1. A page in the first TLB costs nothing, in the second secondNs.
 * 2. Otherwise the core walks the tables, one walk at a time, and both TLBs learn the page.
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
  /** By core: the end of its last walk. */
  readonly #walked: Float64Array;

  constructor(tlb: Tlb, { cores }: Placement) {
    this.#first = new SetAssociative(cores, tlb.entries, tlb.ways);
    this.#second = new SetAssociative(cores, tlb.second, tlb.ways);
    this.#linesPerPage = tlb.pageBytes / LINE_BYTES;
    this.#secondNs = tlb.secondNs;
    this.#walkNs = tlb.walkNs;
    this.#walked = new Float64Array(cores);
  }

  /** Returns the ns until `core`, which asks at `now`, knows the address of `line`. */
  latency(core: number, line: number, now: number): number {
    const page = Math.floor(line / this.#linesPerPage);
    if (this.#first.touch(core, page)) return 0;
    if (this.#second.touch(core, page)) return this.#secondNs;
    this.#walked[core] = Math.max(now, this.#walked[core]) + this.#walkNs;
    return this.#walked[core] - now;
  }
}
