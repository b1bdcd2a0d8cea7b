/** What is told of a heap that was read from a file, and of what became of it. */
import { printable } from '../base/printable.ts';
import type { LoadedHeap } from '../drivers/api.ts';
import { OTHER_GROUPS, type HeapFacts } from '../workloads/heaps/heap-facts.ts';
import type { HeapImage } from '../workloads/heaps/image.ts';
import { formatFacts, formatTable } from './table.ts';
import { formatBytes, formatCount, formatShare, plural } from './units.ts';

/** Rows of the table; the document of --json has more. */
const SHOWN_GROUPS = 6;
const SHOWN_REASONS = 4;
/** Characters of a type's name, or of what a goroutine waits for. */
const WIDEST_NAME = 40;

/** Lines under a head of the heap: its roots, its goroutines, and a table of its objects. None for files that don't tell. */
export function formatHeapFacts({ facts, bytes }: HeapImage, width?: number): string[] {
  if (facts === undefined) return [];
  const rows: [string, string][] = [['format', printable(facts.format)], ['roots', describeRoots(facts)]];
  if (facts.goroutines.waiting.length > 0) rows.push(['goroutines', describeGoroutines(facts)]);
  return [...formatFacts(rows, width), ...formatGroups(facts, bytes, width)];
}

/** "roots: 1 in data, 74 in bss, 103 in 49 frames of 12 goroutines, 14 other". */
function describeRoots({ roots, goroutines }: HeapFacts): string {
  const { data, bss, frames, finalizers, other } = roots;
  const parts = [
    `${formatCount(data)} in data`, `${formatCount(bss)} in bss`,
    `${formatCount(frames)} in ${plural(goroutines.frames, 'frame')} of ${plural(goroutines.count, 'goroutine')}`,
    ...(finalizers > 0 ? [`${formatCount(finalizers)} of finalizers`] : []),
    `${formatCount(other)} other`,
  ];
  return parts.join(', ');
}

function describeGoroutines({ goroutines: { count, waiting } }: HeapFacts): string {
  const shown = waiting.slice(0, SHOWN_REASONS);
  const rest = count - shown.reduce((sum, one) => sum + one.count, 0);
  return [...shown.map(({ reason, count: n }) => `${formatCount(n)} in ${printable(reason, WIDEST_NAME)}`), ...(rest > 0 ? [`${formatCount(rest)} other`] : [])].join(', ');
}

function formatGroups({ by, groups }: HeapFacts, total: number, width: number | undefined): string[] {
  const named = groups.filter(({ name }) => name !== OTHER_GROUPS).slice(0, SHOWN_GROUPS);
  if (named.length === 0) return [];
  const head = by === 'type' ? { head: 'type', align: 'left' as const } : { head: 'size', align: 'right' as const };
  return formatTable(
    [head, { head: 'objects', align: 'right' }, { head: 'bytes', align: 'right' }, { head: 'of the heap', align: 'right' }],
    named.map(({ name, objects, bytes }) => [by === 'size' ? formatCount(Number(name)) : printable(name, WIDEST_NAME), formatCount(objects), formatBytes(bytes), formatShare(bytes / total)]), width);
}

/** "114,936 objects and 215,179 edges read; 114,921 reachable from roots, 15 unreachable and freed". */
export function describeAccount({ objects, edges, reachable, unreachable, freed, inUse, inPlace }: LoadedHeap): string {
  const where = inPlace ? ', in their old places' : '';
  const read = `${plural(objects, 'object')} and ${plural(edges, 'edge')} read${where}; ${formatCount(reachable)} reachable from roots`;
  if (inUse === 0) return `${read}, ${formatCount(unreachable)} unreachable and freed`;
  return `${read}, ${formatCount(unreachable)} unreachable: ${formatCount(freed)} freed, the blocks of ${formatCount(inUse)} in use`;
}
