/** The objects of the modelled heap, as pointers lead to them. */
import { CONFIG, Config } from '../memory/config.ts';
import { LARGE_SHIFT, SMALL_SHIFT } from '../memory/address.ts';
import type { Mem } from '../memory/struct.ts';
import { SPAN_STATE, Span, spanOf } from '../heap/span.ts';
import { ARENA_USED } from '../malloc/mheap.ts';

const ARENA = CONFIG + Config.at.arenaStart;
const PTR_SHIFT = CONFIG + Config.at.ptrShift;
const { start: START, elemsize: ELEMSIZE, state: STATE, limit: LIMIT } = Span.at;

/** Finds the object that a loaded word leads to. A class, so that a search allocates nothing. */
export interface Objects {
  /** The object found last: its first word, and the word after its last. */
  readonly start: number;
  readonly end: number;
  /** Finds the object at which, or into which, `value` would be a pointer; false for none. */
  find(value: number): boolean;
}

/** The objects of a machine's heap. Spans may change between two searches. */
export class HeapObjects implements Objects {
  start = 0;
  end = 0;

  readonly #m: Mem;
  readonly #shift: number;

  constructor(m: Mem) {
    this.#m = m;
    this.#shift = m[PTR_SHIFT] === LARGE_SHIFT ? LARGE_SHIFT : SMALL_SHIFT;
  }

  find(value: number): boolean {
    const m = this.#m;
    // The low bits of a pointer may be tags.
    const word = (value >>> this.#shift) & ~1;
    if (word < m[ARENA] || word >= m[ARENA_USED]) return false;
    const span = spanOf(m, word);
    if (span === 0 || m[span + STATE] !== SPAN_STATE.inUse || word >= m[span + LIMIT]) return false;
    const words = m[span + ELEMSIZE] >>> 2;
    const first = m[span + START];
    this.start = first + Math.floor((word - first) / words) * words;
    this.end = this.start + words;
    return true;
  }
}
