/** Probes of the memory beyond a plain chase: translations, prefetched streams, and atomics beside misses. */
import type { Mem } from '../../memory/struct.ts';
import { GRAPH_SEED, xorshift32 } from '../../base/random.ts';
import { stepNs } from './rounds.ts';

const LINE_WORDS = 16;
const PAGE_WORDS = 1024;
const PAGE_LINES = PAGE_WORDS / LINE_WORDS;
/** Steps of a probe. */
const STEPS = 2_500_000;
/** The word that a thread's own atomics change. */
const OWN = 0;

/** Returns the numbers below `n` in a random order. */
function shuffled(n: number): Int32Array {
  const order = Int32Array.from({ length: n }, (_, i) => i);
  let x = GRAPH_SEED;
  for (let i = n - 1; i > 0; i--) {
    x = xorshift32(x);
    const j = x % (i + 1);
    const other = order[j];
    order[j] = order[i];
    order[i] = other;
  }
  return order;
}

/** Returns the ns of a step along the cycle of `length` words through `start`. */
export function follow(m: Mem, start: number, length: number): number {
  return stepNs(Math.max(STEPS, 2 * length), start, (steps, state) => {
    let at = state;
    for (let i = 0; i < steps; i++) at = m[at];
    return at;
  });
}

/** Links words in the given order to one cycle, and returns the ns of a step along it. */
function chaseThrough(m: Mem, words: Int32Array): number {
  for (let i = 0; i < words.length; i++) m[words[i]] = words[i + 1 === words.length ? 0 : i + 1];
  return follow(m, words[0], words.length);
}

/** Follows one line of each page of `m`, the pages in random order, the lines in different sets of the caches. */
export function chasePages(m: Mem): number {
  const pages = shuffled(m.length / PAGE_WORDS);
  return chaseThrough(m, pages.map((page) => page * PAGE_WORDS + (page % PAGE_LINES) * LINE_WORDS));
}

/** Independent loads of one line of each page of `m`, the pages in random order. Precondition: the number of pages is a power of two. */
export function scatterPages(m: Mem): number {
  m.fill(1);
  const last = m.length / PAGE_WORDS - 1;
  return stepNs(STEPS, 1, (steps, state) => {
    let sum = 0;
    let x = state;
    for (let i = 0; i < steps; i++) {
      x = (Math.imul(x, 1_664_525) + 1_013_904_223) | 0;
      const page = (x >>> 12) & last;
      sum = (sum + m[page * PAGE_WORDS + (page % PAGE_LINES) * LINE_WORDS]) | 0;
    }
    // Without the sum V8 would leave out the loads.
    return sum === -1 ? 0 : x;
  });
}

/** Follows the lines of `streams` regions of `m`, each in order, one line of each region at a time. Returns the ns of a line. */
export function chaseStreams(m: Mem, streams: number): number {
  const each = Math.floor(m.length / LINE_WORDS / streams);
  // Regions do not begin in the same set of the caches.
  const line = (stream: number, i: number) => stream * each + ((i + stream * 37) % each);
  return chaseThrough(m, Int32Array.from({ length: each * streams }, (_, i) => line(i % streams, Math.floor(i / streams)) * LINE_WORDS));
}

/** Independent loads from random places, with an atomic addition to an own word after each. Precondition: see scatter. */
export function scatterRmw(m: Mem): number {
  m.fill(1);
  return stepNs(STEPS, 1, (steps, state) => {
    let sum = 0;
    let x = state;
    for (let i = 0; i < steps; i++) {
      x = (Math.imul(x, 1_664_525) + 1_013_904_223) | 0;
      sum = (sum + m[(x >>> 4) & (m.length - 1)]) | 0;
      Atomics.compareExchange(m, OWN, sum, sum);
    }
    // Without the sum V8 would leave out the loads.
    return sum === -1 ? 0 : x;
  });
}

/** Returns the ns of one instruction of a dependent chain. */
export function cycle(m: Mem): number {
  const k = m[OWN] | 1;
  return stepNs(STEPS / 10, k, (steps, state) => {
    let x = state;
    for (let i = 0; i < steps; i++) {
      x = (x + i) | 0; x ^= k; x = (x + i) | 0; x ^= i; x = (x + k) | 0; x ^= i; x = (x + i) | 0; x ^= k;
      x = (x + i) | 0; x ^= i; x = (x + k) | 0; x ^= i; x = (x + i) | 0; x ^= k; x = (x + i) | 0; x ^= i;
    }
    return x;
  }) / 16;
}
