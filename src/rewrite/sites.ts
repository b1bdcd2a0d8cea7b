/**
 * A site is a scheduling point: one access to the shared memory in the source. A coroutine
 * yields the number of the site whose access comes next.
 */
import type { Place } from './problems.ts';

export type SiteKind = 'load' | 'store' | 'byte load' | 'byte store' | 'atomic load' | 'atomic store' | 'rmw' | 'cas' | 'wait' | 'notify' | 'fill' | 'copy' | 'spin' | 'call';

export interface Site extends Place {
  readonly kind: SiteKind;
  /** The function that contains it. */
  readonly fn: string;
  /** The access as written, without types. */
  readonly text: string;
}

/** The kinds of accesses that a hook receives. */
export const ACCESS = {
  load: 0,
  store: 1,
  atomicLoad: 2,
  atomicStore: 3,
  rmw: 4,
  cas: 5,
  casFailed: 6,
  /** Atomics.wait that sleeps; waitRefused: the word had another value. */
  wait: 7,
  waitRefused: 8,
  notify: 9,
  fill: 10,
  copy: 11,
  /** Through m8: the index counts bytes, but a scheduling point names the word. */
  byteLoad: 12,
  byteStore: 13,
} as const;

export function formatSite(site: Site): string {
  return `${site.file}:${site.line}:${site.column} ${site.fn}: ${site.text}`;
}

/** Sites in the form that the build writes: each file, kind and function once, and rows that refer to them by index. */
export interface PackedSites {
  readonly names: readonly string[];
  /** file, line, column, kind, fn, text; file, kind and fn as indices of `names`. */
  readonly rows: readonly (readonly [file: number, line: number, column: number, kind: number, fn: number, text: string])[];
}

/** Packs `sites` to about half of their size as JSON; `unpackSites` is the inverse. */
export function packSites(sites: readonly Site[]): PackedSites {
  const numbers = new Map<string, number>();
  function numberOf(name: string): number {
    if (!numbers.has(name)) numbers.set(name, numbers.size);
    return numbers.get(name) as number;
  }
  const rows = sites.map(({ file, line, column, kind, fn, text }) => [numberOf(file), line, column, numberOf(kind), numberOf(fn), text] as const);
  return { names: [...numbers.keys()], rows };
}

/** Returns the sites that `packSites` packed. */
export function unpackSites({ names, rows }: PackedSites): Site[] {
  return rows.map(([file, line, column, kind, fn, text]) => ({ file: names[file], line, column, kind: names[kind] as SiteKind, fn: names[fn], text }));
}
