/** Heaps to measure: the heap of this process, a synthetic graph, or a file. */
import { UsageError } from '../base/fatal.ts';
import { printable } from '../base/printable.ts';
import { formatBytes, formatShare } from '../base/units.ts';
import { GRAPH_NAMES, graphNamed } from '../workloads/graphs/catalog.ts';
import { describeFormats } from '../workloads/heaps/catalog.ts';
import { copiesOf } from '../workloads/heaps/copies.ts';
import type { HeapImage } from '../workloads/heaps/image.ts';
import type { Params } from '../workloads/workload.ts';
import type { Deps } from './deps.ts';
import type { Progress } from './progress.ts';
import { hint } from '../base/suggest.ts';

/** A graph, which the workload of its name builds in the machine, or the image of a heap. */
export type HeapSource = { readonly graph: string; readonly objects?: number } | { readonly image: HeapImage };

/** How large a heap is wanted. */
export interface HeapSize {
  /** Approximate number of objects of a graph. */
  readonly objects?: number;
  /** Copies of a heap that is no graph; 1 unless given. */
  readonly copies?: number;
}

/** Returns the name of a heap in reports. */
export function nameOf(source: HeapSource): string {
  if ('image' in source) return source.image.name;
  return source.objects === undefined ? source.graph : `${source.graph}-${source.objects}`;
}

/** Describes the heap files that can be read, for help texts. */
export const HEAP_FILE_HELP = `${describeFormats()}, plain or in gzip`;

/** Returns the params that make a graph of about `objects` objects. */
export function graphParams(graph: string, objects: number): Params {
  return graphNamed(graph)!.paramsFor(objects);
}

/**
 * Opens the heap called `heap`: 'self', a graph or a file.
 * @param labels whether to keep the names of objects and references
 * @throws UsageError for an unknown name, HeapFormatError for a file that can't be read
 */
export async function openHeap(deps: Deps, heap: string, { objects, copies = 1 }: HeapSize, progress: Progress, labels = false): Promise<HeapSource> {
  if (objects !== undefined && graphNamed(heap) === undefined) throw new UsageError(`--objects is for ${GRAPH_NAMES.join(', ')}; '${printable(heap)}' has as many as it has`);
  if (heap === 'self') {
    progress.show('taking a snapshot of this process');
    return { image: copiesOf(await deps.readOwnHeap(labels), copies) };
  }
  if (graphNamed(heap) !== undefined) {
    if (copies > 1) throw new UsageError(`--copies is for heaps of programs; give ${heap} more --objects`);
    return { graph: heap, objects };
  }
  if (!/[./\\]/.test(heap)) {
    throw new UsageError(`there is no heap '${printable(heap)}'${hint(heap, ['self', ...GRAPH_NAMES])}`);
  }
  return { image: copiesOf(await readHeap(deps, heap, progress, labels), copies) };
}

/** Reads a heap file, with progress. @param labels as for openHeap @throws HeapFormatError for a file that holds no heap or can't be read */
export function readHeap(deps: Deps, path: string, progress: Progress, labels = false): Promise<HeapImage> {
  return deps.readHeapFile(path, (read, total) => {
    const part = total === undefined || total === 0 ? '' : ` (${formatShare(read / total)})`;
    progress.show(`reading ${printable(path)}: ${formatBytes(read)}${part}`);
  }, labels);
}
