/** A measurement in Go's benchmark format, which benchstat and its kin read; and as CSV. */
import type { Scaling } from './scaling.ts';

/**
 * Lines of configuration, then one line a run. What benchstat is to group by is in the names:
 * `BenchmarkMark/heap=tree/threads=2-2`, where the last number stands for GOMAXPROCS.
 */
export function formatGoBench({ phase, heap, settings, cores, results }: Scaling): string[] {
  const name = `Benchmark${phase[0].toUpperCase()}${phase.slice(1)}/heap=${nameOf(heap.name)}`;
  return [
    'pkg: sweepgen',
    `cores: ${cores}`,
    ...Object.entries(settings).map(([key, value]) => `${key}: ${value}`),
    ...results.flatMap(({ procs, ns, objects }) => ns.map((time) =>
      `${name}/threads=${procs}-${procs} 1 ${Math.round(time)} ns/op ${(time / objects).toFixed(3)} ns/object`)),
  ];
}

/** A name of a benchmark has no blanks, and a slash begins its next part. */
function nameOf(heap: string): string {
  return heap.replace(/^.*[/\\]/, '').replace(/[^\w.-]+/g, '_');
}

const COLUMNS = ['phase', 'heap', 'settings', 'threads', 'cores', 'run', 'ns', 'objects', 'bytes'];

/** One row a run. */
export function formatCsv({ phase, heap, settings, cores, results }: Scaling): string[] {
  return [
    COLUMNS.join(','),
    ...results.flatMap(({ procs, ns, objects, bytes }) => ns.map((time, run) =>
      [phase, heap.name, Object.entries(settings).map((pair) => pair.join('=')).join(' '), procs, cores, run + 1, Math.round(time), objects, bytes].map(csvField).join(','))),
  ];
}

/** As RFC 4180 quotes. */
function csvField(value: string | number): string {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
