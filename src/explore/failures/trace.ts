/** The trace of an execution, and hashes of it that survive changes of line numbers. */
import type { Monitor } from '../monitor.ts';
import type { Site } from '../../rewrite/sites.ts';

export interface Access {
  readonly thread: number;
  readonly site: number;
  /** One of ACCESS. */
  readonly kind: number;
  readonly index: number;
  readonly value: number;
  readonly old: number;
}

const COLUMNS = 6;
const FIRST_ROWS = 1024;

/** Formats a value of the word `at` that no 32-bit number is; undefined for others. */
export type Show = (at: number, value: number) => string | undefined;

/** Records the accesses of the last execution, in order. */
export class Trace implements Monitor {
  length = 0;
  show: Show = () => undefined;
  #rows = new Int32Array(COLUMNS * FIRST_ROWS);

  begin(): void {
    this.length = 0;
  }

  access(thread: number, site: number, kind: number, index: number, value: number, old: number): void {
    const at = COLUMNS * this.length++;
    if (at === this.#rows.length) this.#grow();
    const rows = this.#rows;
    rows[at] = thread;
    rows[at + 1] = site;
    rows[at + 2] = kind;
    rows[at + 3] = index;
    rows[at + 4] = value;
    rows[at + 5] = old;
  }

  /** Returns access number `step`, from 0. */
  at(step: number): Access {
    const rows = this.#rows;
    const at = COLUMNS * step;
    return { thread: rows[at], site: rows[at + 1], kind: rows[at + 2], index: rows[at + 3], value: rows[at + 4], old: rows[at + 5] };
  }

  threadAt(step: number): number {
    return this.#rows[COLUMNS * step];
  }

  siteAt(step: number): number {
    return this.#rows[COLUMNS * step + 1];
  }

  #grow(): void {
    const grown = new Int32Array(2 * this.#rows.length);
    grown.set(this.#rows);
    this.#rows = grown;
  }
}

/** Returns a key of a site: the same after lines are inserted above it, or if the bundler renumbers names. */
export function siteKey({ file, fn, text, kind }: Site): string {
  return unnumbered(`${file} ${fn}: ${text} (${kind})`);
}

/** Removes the numbers that the bundler appends to names of several files. */
export function unnumbered(text: string): string {
  return text.replace(/\$\d+\b/g, '');
}

/** Hashes a text to 32 bits; FNV-1a. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

export interface Checkpoints {
  /** Accesses between two hashes. */
  readonly every: number;
  /** Hash of all accesses up to each checkpoint, 32 bits; the last is of the whole trace. */
  readonly hashes: readonly number[];
}

/** Hashes thread and site of the accesses, at every `every`-th access and at the end. */
export function checkpointsOf(trace: Trace, sites: readonly Site[], every: number): Checkpoints {
  const keys = sites.map((site) => hashText(siteKey(site)));
  const hashes: number[] = [];
  let hash = 0x811c9dc5;
  for (let step = 0; step < trace.length; step++) {
    hash = Math.imul(hash ^ keys[trace.siteAt(step)], 0x01000193);
    hash = Math.imul(hash ^ trace.threadAt(step), 0x01000193);
    if ((step + 1) % every === 0 || step + 1 === trace.length) hashes.push(hash >>> 0);
  }
  return { every, hashes };
}
