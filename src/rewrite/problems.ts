/** Build errors with their place in the .ts source. */
import { SourceMap } from 'node:module';
import { relative } from 'node:path';
import type { Bundle } from './bundle.ts';
import type { AnyNode } from './syntax.ts';

/** Reports a breach of a convention at a node of the bundle. */
export type Report = (at: AnyNode, message: string) => void;

export interface Place {
  /** Relative to the root of the project. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export interface Problem extends Place {
  readonly message: string;
}

/** Thrown if the sources break a convention that the exploration build relies on. */
export class ConventionError extends Error {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map((each) => `${each.file}:${each.line}:${each.column}: ${each.message}`).join('\n'));
    this.name = 'ConventionError';
    this.problems = problems;
  }
}

/** Maps an offset of the bundle to its place in the sources. */
export type Locate = (offset: number) => Place;

export function locator(bundle: Bundle, root: string): Locate {
  const map = new SourceMap(bundle.map);
  const lineStarts = [0];
  for (let at = bundle.code.indexOf('\n'); at >= 0; at = bundle.code.indexOf('\n', at + 1)) lineStarts.push(at + 1);
  return (offset) => {
    let low = 0;
    let high = lineStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (lineStarts[middle] <= offset) low = middle;
      else high = middle - 1;
    }
    const entry = map.findEntry(low, offset - lineStarts[low]);
    if (!('originalSource' in entry)) return { file: '(generated)', line: low + 1, column: offset - lineStarts[low] + 1 };
    return {
      file: relative(root, entry.originalSource),
      line: entry.originalLine + 1,
      column: entry.originalColumn + 1,
    };
  };
}
