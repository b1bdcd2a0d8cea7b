/**
 * A site is a scheduling point: one access to the shared memory in the source. A coroutine
 * yields the number of the site it is about to pass.
 */
import type { Place } from './problems.ts';

export type SiteKind = 'load' | 'store' | 'byte load' | 'byte store' | 'atomic load' | 'atomic store' | 'rmw' | 'cas' | 'wait' | 'notify' | 'fill' | 'copy' | 'spin' | 'call';

export interface Site extends Place {
  readonly kind: SiteKind;
  /** The function it stands in. */
  readonly fn: string;
  /** The access as written, without its types. */
  readonly text: string;
}

/** What a hook is told that an access did. */
export const ACCESS = {
  load: 0,
  store: 1,
  atomicLoad: 2,
  atomicStore: 3,
  rmw: 4,
  cas: 5,
  casFailed: 6,
  /** Atomics.wait that went to sleep; what it found instead of the value it wanted. */
  wait: 7,
  waitRefused: 8,
  notify: 9,
  fill: 10,
  copy: 11,
  /** Through m8: the index counts bytes. A scheduling point names the word all the same. */
  byteLoad: 12,
  byteStore: 13,
} as const;

export function formatSite(site: Site): string {
  return `${site.file}:${site.line}:${site.column} ${site.fn}: ${site.text}`;
}

/** Sites as the build writes them: each file, kind and function once, and rows that name them by number. */
export interface PackedSites {
  readonly names: readonly string[];
  /** file, line, column, kind, fn, text; file, kind and fn as indices of `names`. */
  readonly rows: readonly (readonly [file: number, line: number, column: number, kind: number, fn: number, text: string])[];
}

/** Packs `sites` to about half of their size as JSON; `unpackSites` gives them back. */
export function packSites(sites: readonly Site[]): PackedSites {
  const numbers = new Map<string, number>();
  function numberOf(name: string): number {
    if (!numbers.has(name)) numbers.set(name, numbers.size);
    return numbers.get(name) as number;
  }
  const rows = sites.map(({ file, line, column, kind, fn, text }) => [numberOf(file), line, column, numberOf(kind), numberOf(fn), text] as const);
  return { names: [...numbers.keys()], rows };
}

/** Gives the sites that `packSites` packed. */
export function unpackSites({ names, rows }: PackedSites): Site[] {
  return rows.map(([file, line, column, kind, fn, text]) => ({ file: names[file], line, column, kind: names[kind] as SiteKind, fn: names[fn], text }));
}
