/** Which heap to measure: this process's own, a synthetic graph, or a file's. */
import { UsageError } from '../base/fatal.ts';
import { printable } from '../base/printable.ts';
import { formatBytes, formatShare } from '../base/units.ts';
import type { HeapImage } from '../workloads/heaps/image.ts';
import type { Deps } from './deps.ts';
import type { Progress } from './progress.ts';
import { hint } from '../base/suggest.ts';

/** The synthetic graphs, the same that other collectors are measured on. */
export const GRAPHS: readonly string[] = ['tree', 'list', 'rand', 'wide', 'mixed'];

/** A graph is built in the machine itself, by the workload of its name; with so many objects, if it is said. */
export type HeapSource = { readonly graph: string; readonly objects?: number } | { readonly image: HeapImage };

/** What a heap is called in reports. */
export function nameOf(source: HeapSource): string {
  if ('image' in source) return source.image.name;
  return source.objects === undefined ? source.graph : `${source.graph}-${source.objects}`;
}

/** The params that make a graph of about so many objects. */
export function graphParams(graph: string, objects: number): Record<string, number> {
  return graph === 'tree' ? { depth: Math.max(1, Math.round(Math.log2(objects + 1))) } : { count: objects };
}

/**
 * @param objects how many a graph is to have
 * @throws UsageError for names of nothing, HeapFormatError for files that can't be read
 */
export async function openHeap(deps: Deps, heap: string, objects: number | undefined, progress: Progress): Promise<HeapSource> {
  if (objects !== undefined && !GRAPHS.includes(heap)) throw new UsageError(`--objects is for ${GRAPHS.join(', ')}; '${printable(heap)}' has as many as it has`);
  if (heap === 'self') {
    progress.show('taking a snapshot of this process');
    return { image: await deps.readOwnHeap() };
  }
  if (GRAPHS.includes(heap)) return { graph: heap, objects };
  if (!/[./\\]/.test(heap)) {
    throw new UsageError(`there is no heap '${printable(heap)}'${hint(heap, ['self', ...GRAPHS])}`);
  }
  return { image: await readHeap(deps, heap, progress) };
}

/** @throws HeapFormatError for a file that is no heap, or can't be read */
export function readHeap(deps: Deps, path: string, progress: Progress): Promise<HeapImage> {
  return deps.readHeapFile(path, (read, total) => {
    const part = total === undefined || total === 0 ? '' : ` (${formatShare(read / total)})`;
    progress.show(`reading ${printable(path)}: ${formatBytes(read)}${part}`);
  });
}
