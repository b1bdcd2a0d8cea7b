/** What a heap is made of, as text: groups, the largest retainers, and a path. */
import { formatBytes, formatCount, formatShare, plural } from '../base/units.ts';
import type { Composition } from './composition.ts';
import type { HeapPath } from './heap-path.ts';
import { formatTable } from './table.ts';

const GROUPS = 10;
const RETAINERS = 12;
/** Steps shown at each end of a longer path. */
const PATH_END = 12;
/** Characters of a name. */
const WIDEST = 48;

/** Returns the first line about a heap: "app: 114,748 objects, 4.82 MB; 6 of them (136 B) are unreachable". */
export function describeComposition({ name, objects, bytes, unreachable }: Composition): string {
  const all = `${name}: ${plural(objects, 'object')}, ${formatBytes(bytes)} reachable from roots`;
  return unreachable.objects === 0 ? all : `${all}; ${formatCount(unreachable.objects)} more (${formatBytes(unreachable.bytes)}) are not`;
}

/** Returns the table of the largest groups. `width` is in characters. */
export function formatGroups(composition: Composition, width?: number): string[] {
  const { by, groups, bytes } = composition;
  return formatTable(
    [{ head: by, align: 'left' }, { head: 'objects', align: 'right' }, { head: 'bytes', align: 'right' }, { head: 'of all', align: 'right' }, { head: 'retained', align: 'right' }],
    groups.slice(0, GROUPS).map((group) => [groupName(by, group.name), formatCount(group.objects), formatBytes(group.bytes), formatShare(group.bytes / bytes), formatBytes(group.retainedBytes)]),
    width,
  );
}

/** Returns the table of the objects that retain most. Synthetic objects, which have no bytes of their own, are left out. */
export function formatRetainers(composition: Composition, width?: number): string[] {
  const { listed, bytes } = composition;
  const rows = listed.id.map((_, i) => i).filter((i) => listed.bytes[i] > 0).slice(0, RETAINERS);
  return formatTable(
    [{ head: 'object', align: 'left' }, { head: '', align: 'left' }, { head: 'bytes', align: 'right' }, { head: 'retained', align: 'right' }, { head: 'of all', align: 'right' }, { head: 'objects', align: 'right' }],
    rows.map((i) => [
      listed.id[i], cut(nameOf(composition, i)), formatBytes(listed.bytes[i]), formatBytes(listed.retainedBytes[i]),
      formatShare(listed.retainedBytes[i] / bytes), formatCount(listed.retainedObjects[i]),
    ]),
    width,
  );
}

/** Returns the lines about one object: what it retains, and a step of its path on each line. */
export function formatPath({ object, steps }: HeapPath, by: Composition['by']): string[] {
  const head = `${object.id} ${titleOf(object, by)}: ${formatBytes(object.bytes)}`;
  if (steps === null) return [`${head}; no root reaches it`];
  const lines = steps.map(({ via, ...step }, i) => `  ${i === 0 ? 'root ' : ''}${via || '?'} → ${step.id} ${titleOf(step, by)}`);
  const inside = steps.slice(PATH_END, -PATH_END);
  const left = inside.length + steps.reduce((sum, { skipped }) => sum + skipped, 0);
  const shown = left <= 1 ? lines : [...lines.slice(0, PATH_END), `  … ${plural(left, 'object')} …`, ...lines.slice(-PATH_END)];
  return [`${head}; retains ${formatBytes(object.retainedBytes)} in ${plural(object.retainedObjects, 'object')}`, ...shown];
}

function titleOf({ name, group }: { readonly name: string; readonly group: string }, by: Composition['by']): string {
  return cut(name === '' ? groupName(by, group) : `${groupName(by, group)} ${name}`);
}

function nameOf({ by, groups, listed }: Composition, i: number): string {
  const group = groups[listed.group[i]];
  // The name includes that of a group that is not listed.
  return group === undefined ? cut(groupName(by, listed.name[i])) : titleOf({ name: listed.name[i], group: group.name }, by);
}

function groupName(by: Composition['by'], name: string): string {
  return by === 'size' && /^\d+$/.test(name) ? `${formatCount(Number(name))} B` : name;
}

function cut(name: string): string {
  return name.length <= WIDEST ? name : `${name.slice(0, WIDEST - 1)}…`;
}
