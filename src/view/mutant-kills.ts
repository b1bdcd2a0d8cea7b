/** The kill table: each mutant of the documents with its searches. */
import type { z } from 'zod';
import type { MutantsDocument } from '../cli/mutants-document.ts';
import { anchorIn } from './player-anchor.ts';
import type { NamedDocument } from './view.ts';

type Mutant = z.infer<typeof MutantsDocument>['mutants'][number];
export type Search = Mutant['searches'][number];

/** The states of a mutant, in the order of the table. */
export const FATES = ['survives', 'lost', 'killed'] as const;
export type Fate = (typeof FATES)[number];

export interface KillRow {
  readonly name: string;
  /** The patched file, without `src/` and `.ts`. */
  readonly module: string;
  /** Where the bug was, or could have been. */
  readonly history: string;
  readonly breaks: string;
  readonly fate: Fate;
  /** Searches that found it. */
  readonly found: number;
  readonly searches: readonly Search[];
  /** The most frequent failure, and the number of others. */
  readonly by: string | undefined;
  /** Medians. */
  readonly executions: number | undefined;
  readonly seconds: number | undefined;
  /** Why the worker was lost. */
  readonly lost: string;
  /** The section of its player. */
  readonly anchor: string | undefined;
}

/** The searches of all documents. */
export interface Kills {
  /** Those that were not killed first. */
  readonly rows: readonly KillRow[];
  /** The most that a search could take. */
  readonly seconds: number;
  readonly strategies: readonly string[];
}

/** Returns the mutants of all documents; undefined if there are none. */
export function findKills(documents: readonly NamedDocument[]): Kills | undefined {
  const found = documents.flatMap(({ document }) => (document.command === 'mutants' ? [document] : []));
  if (found.length === 0) return undefined;
  const rows = found.flatMap((document) => document.mutants.map((mutant) => rowOf(mutant, anchorOf(mutant, document))));
  return {
    rows: rows.toSorted((a, b) => FATES.indexOf(a.fate) - FATES.indexOf(b.fate)),
    seconds: Math.max(...found.map(({ seconds }) => seconds)),
    strategies: [...new Set(found.map(({ strategy }) => strategy))],
  };
}

/** Returns the anchor of the first player of the mutant's failures. */
function anchorOf({ mutant, searches }: Mutant, document: z.infer<typeof MutantsDocument>): string | undefined {
  return searches.map(({ failure }) => (failure === null ? undefined : anchorIn(document, failure.key, mutant))).find((anchor) => anchor !== undefined);
}

function rowOf({ mutant: name, file, history, breaks, killed, executions, seconds, searches, lost }: Mutant, anchor: string | undefined): KillRow {
  return {
    name,
    module: file.replace(/^src\//, '').replace(/\.ts$/, ''),
    history,
    breaks,
    fate: killed === null ? 'lost' : killed ? 'killed' : 'survives',
    found: searches.filter(({ failure }) => failure !== null).length,
    searches,
    by: killer(searches),
    executions: executions ?? undefined,
    seconds: seconds ?? undefined,
    lost,
    anchor,
  };
}

/** Returns the key of the most frequent failure, and the number of others. */
function killer(searches: readonly Search[]): string | undefined {
  const counts = new Map<string, number>();
  for (const { failure } of searches) if (failure !== null) counts.set(failure.key, (counts.get(failure.key) ?? 0) + 1);
  const [first, ...others] = [...counts].toSorted(([, a], [, b]) => b - a).map(([key]) => key);
  return first === undefined || others.length === 0 ? first : `${first} and ${others.length} more`;
}

/** Returns the share of all searches that had found their mutant after so many executions, as steps of a curve. */
export function shareFound(rows: readonly KillRow[]): { readonly x: number; readonly y: number }[] {
  const searches = rows.flatMap((row) => row.searches);
  const executions = searches.filter(({ failure }) => failure !== null).map((search) => Math.max(1, search.executions)).toSorted((a, b) => a - b);
  const last = new Map(executions.map((x, i) => [x, (i + 1) / searches.length]));
  return [...last].map(([x, y]) => ({ x, y }));
}
