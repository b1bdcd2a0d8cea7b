/** Numbers of threads to measure with. */
import { MAX_GCPROC } from '../runtime/world.ts';
import { integer } from './options.ts';

const parseCount = integer('each number in --procs', 1, MAX_GCPROC);

/** The largest number of marking threads. */
export const MAX_MARK_THREADS = MAX_GCPROC;

/** Parses "1,2,4" to its numbers in ascending order, each once. */
export function parseThreadCounts(text: string): number[] {
  const counts = text.split(',').map((part) => parseCount(part.trim()));
  return [...new Set(counts)].sort((a, b) => a - b);
}

/** Returns 1 to all cores; beyond 8 cores, the powers of two and the number of cores. */
export function defaultCounts(cores: number): number[] {
  const most = Math.min(cores, MAX_GCPROC);
  const all = Array.from({ length: most }, (_, i) => i + 1);
  return most <= 8 ? all : all.filter((n) => n === most || Number.isInteger(Math.log2(n)));
}
