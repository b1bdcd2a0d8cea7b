/** The tables that `compare` prints for a workload. */
import { formatBytes, formatCount, formatNs, formatShare } from '../base/units.ts';
import { printable } from '../base/printable.ts';
import { WINDOWS_NS } from './collector-figures.ts';
import type { ComparedCollector, ComparedWorkload } from './compare-document.ts';
import { formatTable, type Column } from './table.ts';

interface Cell extends Column {
  readonly of: (figures: ComparedCollector, first: ComparedCollector) => string;
}

function right(head: string, of: Cell['of']): Cell {
  return { head, align: 'right', of };
}

const NAME: Cell = { head: 'collector', align: 'left', of: ({ collector }) => printable(collector) };

const FIGURES: readonly Cell[] = [
  NAME,
  right('pauses', ({ pauses }) => formatCount(pauses.count)),
  right('median', ({ pauses }) => formatNs(pauses.medianNs)),
  right('95 %', ({ pauses }) => formatNs(pauses.p95Ns)),
  right('99 %', ({ pauses }) => formatNs(pauses.p99Ns)),
  right('longest', ({ pauses }) => formatNs(pauses.longestNs)),
  right('run', ({ medianNs }) => formatNs(medianNs)),
  right('of the first', ({ medianNs }, first) => (medianNs / first.medianNs).toFixed(2)),
  right('object', ({ medianNs, objects }) => (objects === 0 ? '-' : formatNs(medianNs / objects))),
  right('collector', ({ cpu }) => formatShare(cpu.share)),
  right('assists', ({ cpu }) => formatNs(cpu.assistNs)),
  right('heap', ({ heap }) => formatBytes(heap.peakBytes)),
  right('goal', ({ heap }) => (heap.goalBytes === 0 ? '-' : formatBytes(heap.goalBytes))),
];

const UTILIZATION: readonly Cell[] = [
  NAME,
  ...WINDOWS_NS.map((windowNs) => right(formatNs(windowNs), ({ utilization }) => shareAt(utilization.find((each) => each.windowNs === windowNs)?.share))),
];

function shareAt(share: number | undefined): string {
  return share === undefined ? '-' : formatShare(share);
}

/** Returns the lines for a workload: pauses, run time and heap by collector, then the minimum mutator utilization by window. */
export function compareTable({ name, params, collectors }: ComparedWorkload, width?: number): string[] {
  const set = Object.entries(params).map(([param, value]) => `${param} ${value}`).join(', ');
  const [first] = collectors;
  if (first === undefined) return [`${printable(name)}: nothing was measured`];
  const rows = (cells: readonly Cell[]) => formatTable(cells, collectors.map((each) => cells.map(({ of }) => of(each, first))), width);
  return [`${printable(name)}${set === '' ? '' : `, ${set}`}`, '', ...rows(FIGURES), '', 'Minimum mutator utilization by window', '', ...rows(UTILIZATION)];
}
