/** The text of the source around the lines that an execution passes. */
import type { ReadSource } from './sources.ts';

export interface SourceBlock {
  /** Number of its first line, from 1. */
  readonly line: number;
  readonly lines: readonly string[];
}

export interface SourceFile {
  readonly name: string;
  /** In order; empty if the file is not there. */
  readonly blocks: readonly SourceBlock[];
  /** The lines that a mutant has changed, first and last; null if none. */
  readonly planted: readonly [first: number, last: number] | null;
}

/** A longer block is cut to this many lines before and after each line that is wanted. */
const AROUND = 40;
const LONGEST_BLOCK = 160;
/** A longer line is cut. */
const LONGEST_LINE = 500;

/**
 * Returns the text of the files in `wanted`, by name, around the lines wanted of each.
 * @param read reads the sources that ran
 * @param readOriginal reads them without the mutant
 */
export function sourceText(wanted: ReadonlyMap<string, ReadonlySet<number>>, read: ReadSource, readOriginal = read): SourceFile[] {
  return [...wanted].map(([name, lines]) => {
    const text = read(name);
    const original = readOriginal(name);
    if (text === undefined) return { name, blocks: [], planted: null };
    const all = text.split('\n');
    const changed = original === undefined || original === text ? null : changedLines(original.split('\n'), all);
    return { name, blocks: blocksOf(all, changed === null ? lines : new Set([...lines, changed[0]])), planted: changed };
  });
}

/** Returns the first and the last line of `text` that differ from `original`, from 1. */
function changedLines(original: readonly string[], text: readonly string[]): [number, number] {
  const most = Math.min(original.length, text.length);
  let before = 0;
  while (before < most && original[before] === text[before]) before++;
  let after = 0;
  while (after < most - before && original.at(-1 - after) === text.at(-1 - after)) after++;
  return [before + 1, Math.max(before + 1, text.length - after)];
}

/** Returns the declarations that contain a wanted line: text that begins at the left margin, after an empty line. */
function blocksOf(all: readonly string[], wanted: ReadonlySet<number>): SourceBlock[] {
  const blocks: SourceBlock[] = [];
  let start = 0;
  for (let i = 1; i <= all.length; i++) {
    const isEnd = i === all.length || (/^[^\s})\]]/.test(all[i]) && all[i - 1].trim() === '');
    if (!isEnd) continue;
    const within = [...wanted].filter((line) => line > start && line <= i).sort((a, b) => a - b);
    for (const [from, to] of cut(start, lastText(all, i), within)) blocks.push({ line: from + 1, lines: all.slice(from, to).map(shortened) });
    start = i;
  }
  return blocks;
}

/** Returns the end of the text before `end`, without empty lines. */
function lastText(all: readonly string[], end: number): number {
  let last = end;
  while (last > 0 && all[last - 1].trim() === '') last--;
  return last;
}

/** Returns [start, end) whole if it is short, else the parts around `within`, from 1. */
function cut(start: number, end: number, within: readonly number[]): [number, number][] {
  if (within.length === 0) return [];
  if (end - start <= LONGEST_BLOCK) return [[start, end]];
  const parts: [number, number][] = [];
  for (const line of within) {
    const [from, to] = [Math.max(start, line - 1 - AROUND), Math.min(end, line + AROUND)];
    const last = parts.at(-1);
    if (last !== undefined && from <= last[1]) last[1] = to;
    else parts.push([from, to]);
  }
  return parts;
}

function shortened(line: string): string {
  return line.length <= LONGEST_LINE ? line : `${line.slice(0, LONGEST_LINE - 1)}…`;
}
