/** A memory profile in Go's text form: the samples, not scaled. */
import { printable } from '../base/printable.ts';
import type { MemProfile, ProfileFunction, ProfileRecord } from '../inspect/memprofile.ts';
import type { MemStats } from '../inspect/memstats.ts';

/** Returns the lines that `pprof.WriteHeapProfile` of Go 1.3 and 1.4 writes with debug=1. */
export function formatHeapProfile({ rate, records }: MemProfile, memstats: MemStats): string[] {
  const total = records.reduce(
    (sum, one) => ({
      inuse: sum.inuse + one.allocs - one.frees,
      inuseBytes: sum.inuseBytes + (one.allocs - one.frees) * one.bytes,
      allocs: sum.allocs + one.allocs,
      allocBytes: sum.allocBytes + one.allocs * one.bytes,
    }),
    { inuse: 0, inuseBytes: 0, allocs: 0, allocBytes: 0 },
  );
  return [
    // Go prints twice the rate, for compatibility with the C++ heap profiler.
    `heap profile: ${total.inuse}: ${total.inuseBytes} [${total.allocs}: ${total.allocBytes}] @ heap/${2 * rate}`,
    ...records.flatMap(formatRecord),
    '',
    ...formatMemStats(memstats),
  ];
}

function formatRecord({ bytes, allocs, frees, stack }: ProfileRecord): string[] {
  const inuse = allocs - frees;
  const pcs = stack.map(({ address }) => ` ${hex(address)}`).join('');
  return [`${inuse}: ${inuse * bytes} [${allocs}: ${allocs * bytes}] @${pcs}`, ...stack.map(formatFrame), ''];
}

function formatFrame({ address, name, file }: ProfileFunction): string {
  return `#\t${hex(address)}\t${printable(name)}+0x0\t${printable(file, LONGEST_FILE)}:0`;
}

/** Characters of a module's path; the rest is cut. */
const LONGEST_FILE = 1000;

function hex(n: number): string {
  return `0x${n.toString(16)}`;
}

function formatMemStats(s: MemStats): string[] {
  const rows: readonly (readonly [string, string | number])[] = [
    ['Alloc', s.Alloc], ['TotalAlloc', s.TotalAlloc], ['Sys', s.Sys], ['Lookups', s.Lookups], ['Mallocs', s.Mallocs], ['Frees', s.Frees],
    ['HeapAlloc', s.HeapAlloc], ['HeapSys', s.HeapSys], ['HeapIdle', s.HeapIdle], ['HeapInuse', s.HeapInuse],
    ['HeapReleased', s.HeapReleased], ['HeapObjects', s.HeapObjects],
    ['Stack', `${s.StackInuse} / ${s.StackSys}`], ['MSpan', `${s.MSpanInuse} / ${s.MSpanSys}`],
    ['MCache', `${s.MCacheInuse} / ${s.MCacheSys}`], ['BuckHashSys', s.BuckHashSys],
    ['NextGC', s.NextGC], ['PauseNs', `[${s.PauseNs.join(' ')}]`], ['NumGC', s.NumGC],
    ['EnableGC', String(s.EnableGC)], ['DebugGC', 'false'],
  ];
  return ['# runtime.MemStats', ...rows.map(([name, value]) => `# ${name} = ${value}`)];
}
