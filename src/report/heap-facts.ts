/** Describes a heap from a file, and the fate of its objects. */
import { printable } from '../base/printable.ts';
import type { LoadedHeap } from '../run/api.ts';
import { labelRoots } from '../workloads/heaps/catalog.ts';
import { OTHER_GROUPS, type HeapFacts } from '../workloads/heaps/heap-facts.ts';
import { formatNotes } from '../workloads/heaps/heap-notes.ts';
import type { HeapImage } from '../workloads/heaps/image.ts';
import type { Represented } from '../workloads/represent.ts';
import { formatFacts, formatTable } from './table.ts';
import { formatBytes, formatCount, formatShare, plural } from '../base/units.ts';

/** Returns "2 objects of 8.00 GB together are represented by blocks of 40.0 KB, …". */
export function describeRepresented({ objects, withReferences, bytes, blockBytes }: Represented): string {
  const kind = withReferences === 0 ? 'pointer-free object' : 'object';
  if (objects === 1) {
    const why = withReferences === 0 ? 'since a mark never reads it' : 'which holds its references';
    return `1 ${kind} of ${formatBytes(bytes)} is represented by a block of ${formatBytes(blockBytes)}, ${why}`;
  }
  const why = withReferences === 0 ? 'since a mark never reads them' : `which hold the references that ${formatCount(withReferences)} of them have`;
  return `${plural(objects, kind)} of ${formatBytes(bytes)} together are represented by blocks of ${formatBytes(blockBytes)}, ${why}`;
}

/** Rows of the table. JSON has all groups. */
const SHOWN_GROUPS = 6;
const SHOWN_REASONS = 4;
/** Characters of a type's name or a wait reason. */
const WIDEST_NAME = 40;

type Goroutines = NonNullable<HeapFacts['goroutines']>;

/**
 * Returns the roots, the goroutines, the notes of the reader and a table of the objects, as far as the file has them.
 * `width` is in characters.
 */
export function formatHeapFacts({ facts, bytes, notes = [] }: HeapImage, width?: number): string[] {
  const passed = formatNotes(notes);
  if (facts === undefined) return passed;
  const { format, roots, goroutines } = facts;
  const rows: [string, string][] = [
    ['format', printable(format)],
    ['roots', goroutines === undefined ? describeRoots(roots) : describeGoRoots(roots, goroutines)],
  ];
  if (goroutines !== undefined && goroutines.waiting.length > 0) rows.push(['goroutines', describeGoroutines(goroutines)]);
  return [...formatFacts([...rows, ...passed.map((line) => ['note', line] as [string, string])], width), ...formatGroups(facts, bytes, width)];
}

/** "518 system classes, 8 threads, 21 in frames, 37 JNI globals". */
function describeRoots(roots: HeapFacts['roots']): string {
  const kinds = labelRoots(roots);
  return kinds.length === 0 ? 'none' : kinds.map(({ label, count }) => `${formatCount(count)} ${label}`).join(', ');
}

/** "1 in data, 74 in bss, 103 in 49 frames of 12 goroutines, 14 other". */
function describeGoRoots(roots: HeapFacts['roots'], goroutines: Goroutines): string {
  const { data = 0, bss = 0, frames = 0, finalizers = 0, other = 0 } = roots;
  const parts = [
    `${formatCount(data)} in data`, `${formatCount(bss)} in bss`,
    `${formatCount(frames)} in ${plural(goroutines.frames, 'frame')} of ${plural(goroutines.count, 'goroutine')}`,
    ...(finalizers > 0 ? [`${formatCount(finalizers)} of finalizers`] : []),
    `${formatCount(other)} other`,
  ];
  return parts.join(', ');
}

function describeGoroutines({ count, waiting }: Goroutines): string {
  const shown = waiting.slice(0, SHOWN_REASONS);
  const rest = count - shown.reduce((sum, one) => sum + one.count, 0);
  return [...shown.map(({ reason, count: n }) => `${formatCount(n)} in ${printable(reason, WIDEST_NAME)}`), ...(rest > 0 ? [`${formatCount(rest)} other`] : [])].join(', ');
}

function formatGroups({ by, groups }: HeapFacts, total: number, width: number | undefined): string[] {
  const named = groups.filter(({ name }) => name !== OTHER_GROUPS).slice(0, SHOWN_GROUPS);
  if (named.length === 0) return [];
  const head = { head: by, align: by === 'size' ? 'right' as const : 'left' as const };
  return formatTable(
    [head, { head: 'objects', align: 'right' }, { head: 'bytes', align: 'right' }, { head: 'of the heap', align: 'right' }],
    named.map(({ name, objects, bytes }) => [by === 'size' ? formatCount(Number(name)) : printable(name, WIDEST_NAME), formatCount(objects), formatBytes(bytes), formatShare(bytes / total)]),
    width,
  );
}

/** "114,936 objects and 215,179 edges read; 114,921 reachable from roots, 15 unreachable and freed". */
export function describeAccount({ objects, edges, reachable, unreachable, freed, inUse, inPlace }: LoadedHeap): string {
  const where = inPlace ? ', in their old places' : '';
  const read = `${plural(objects, 'object')} and ${plural(edges, 'edge')} read${where}; ${formatCount(reachable)} reachable from roots`;
  if (inUse === 0) return `${read}, ${formatCount(unreachable)} unreachable and freed`;
  return `${read}, ${formatCount(unreachable)} unreachable: ${formatCount(freed)} freed, the blocks of ${formatCount(inUse)} in use`;
}
