/** Plants the counting of protocol edges and of the ledger into the sources as they are bundled. Needs the build tools. */
import MagicString from 'magic-string';
import { plantLedger } from '../ledger/plant.ts';
import { EDGES } from './catalog.ts';
import type { Edge } from './edge.ts';

export interface Planted {
  readonly code: string;
  readonly map: ReturnType<MagicString['generateMap']>;
}

/** Returns `code`, the source at `path`, with its edges and ledger entries counted; null if it has neither. */
export function plantCounts(code: string, path: string): Planted | null {
  return plant(code, path, (planted) => {
    countEdges(planted, code, path, EDGES);
    plantLedger(planted, code, path);
  });
}

/**
 * Returns `code`, the source at `path`, with its edges counted; null if it has none. An edge
 * whose text is absent is left out: a mutant may have changed the text.
 */
export function plantEdges(code: string, path: string, edges: readonly Edge[] = EDGES): Planted | null {
  return plant(code, path, (planted) => countEdges(planted, code, path, edges));
}

function plant(code: string, path: string, change: (planted: MagicString) => void): Planted | null {
  const planted = new MagicString(code);
  change(planted);
  if (!planted.hasChanged()) return null;
  return { code: planted.toString(), map: planted.generateMap({ source: path, hires: true, includeContent: true }) };
}

function countEdges(planted: MagicString, code: string, path: string, edges: readonly Edge[]): void {
  edges.forEach((edge, number) => {
    if (!path.endsWith(`/${edge.file}`)) return;
    const place = placeOf(edge, code);
    if (place !== null) count(planted, place, `$edges[${number}]++`);
  });
}

interface Place {
  readonly start: number;
  /** End of the statement or expression; equal to `start` if there is neither. */
  readonly end: number;
  readonly isStatement: boolean;
}

/** Returns the place of `edge` in its source, or null unless its text occurs there exactly once. */
export function placeOf({ at }: Edge, code: string): Place | null {
  const mark = at.indexOf('@');
  const before = at.slice(0, mark);
  const after = at.slice(mark + 1);
  const found = code.indexOf(before + after);
  if (found < 0 || code.includes(before + after, found + 1)) return null;
  const start = found + before.length;
  const isStatement = /^.*;/.test(after);
  return { start, end: start + (isStatement ? after.indexOf(';') + 1 : isExpression(after) ? after.length : 0), isStatement };
}

/** Text on another line only makes the place unique. */
function isExpression(after: string): boolean {
  return after !== '' && !after.startsWith('\n');
}

function count(planted: MagicString, { start, end, isStatement }: Place, counting: string): void {
  if (isStatement) planted.appendRight(start, `{ ${counting}; `).appendLeft(end, ' }');
  else if (end > start) planted.appendRight(start, '(').appendLeft(end, ` || (${counting}, false))`);
  else planted.appendLeft(start, ` ${counting};`);
}
