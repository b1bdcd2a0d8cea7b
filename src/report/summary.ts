/** The text report of a finished run: a list of facts. */
import { stoppedWorlds } from '../gc/stopped-worlds.ts';
import { printable } from '../base/printable.ts';
import type { RunResult } from '../run/api.ts';
import type { Represented } from '../workloads/represent.ts';
import { median } from '../base/statistics.ts';
import { describeAccount, describeRepresented } from './heap-facts.ts';
import { formatFacts } from './table.ts';
import { formatBytes, formatCount, formatNs, plural } from '../base/units.ts';

/** The settings that the report begins with. */
export interface RunSetting {
  readonly workload: string;
  readonly procs: number;
  readonly gogc: number | 'off';
  readonly seed: number;
}

const INDENT = '  ';

/** Returns the lines of the report, without those of the workload. `width` is in characters. */
export function formatSummary(setting: RunSetting, result: RunResult, width = Infinity): string[] {
  const head = [
    printable(setting.workload), plural(setting.procs, 'P'), `GOGC ${setting.gogc}`, `seed ${setting.seed}`,
  ].join(', ');
  return [head, ...formatFacts(facts(result), width - INDENT.length).map((line) => INDENT + line)];
}

function facts({ memstats, cycles, elapsedNs, verified, heap, heapdump }: RunResult): [string, string][] {
  const rows: [string, string][] = [
    ['ran for', formatNs(elapsedNs)],
    ['allocated', `${plural(memstats.Mallocs, 'object')}, ${formatBytes(memstats.TotalAlloc)}${perObject(memstats.Mallocs, elapsedNs)}`],
    ['live at the end', `${plural(memstats.HeapObjects, 'object')}, ${formatBytes(memstats.HeapAlloc)}${trueBytes(memstats.HeapAlloc, heap?.represented)}`],
    ['heap', `${formatBytes(memstats.HeapInuse)} in spans of ${formatBytes(memstats.HeapSys)} from the arena`],
    ['collections', collections(cycles)],
  ];
  if (cycles.length > 0) {
    rows.push(['pauses', spread(cycles.flatMap(stoppedWorlds).map(({ startNs, endNs }) => endNs - startNs))]);
    rows.push(['mark time', spread(cycles.map(({ markNs }) => markNs))]);
  }
  if (verified > 0) rows.push(['verified', `${plural(verified, 'checkpoint')}, nothing wrong`]);
  if (heap !== undefined) rows.push(['loaded', describeAccount(heap)]);
  if (heap?.represented !== undefined) rows.push(['represented', describeRepresented(heap.represented)]);
  if (heapdump !== undefined) rows.push(['dumped', `${plural(heapdump.objects, 'object')} to ${printable(heapdump.path)}, ${formatBytes(heapdump.bytes)}`]);
  return rows;
}

/** Returns the live bytes with the true sizes of represented objects; '' if no object is represented. */
function trueBytes(heapAlloc: number, represented: Represented | undefined): string {
  return represented === undefined ? '' : ` (${formatBytes(heapAlloc + represented.missingLiveBytes)} by true sizes)`;
}

function perObject(mallocs: number, elapsedNs: number): string {
  return mallocs === 0 ? '' : `, ${formatNs(elapsedNs / mallocs)} each`;
}

function collections(cycles: RunResult['cycles']): string {
  const forced = cycles.filter(({ forced }) => forced > 0).length;
  return forced === 0 ? formatCount(cycles.length) : `${formatCount(cycles.length)}, ${formatCount(forced)} of them forced`;
}

function spread(ns: readonly number[]): string {
  return `median ${formatNs(median(ns))}, longest ${formatNs(ns.reduce((a, b) => Math.max(a, b)))}`;
}
