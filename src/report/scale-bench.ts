/** A measurement in Go's benchmark format, which benchstat and its kin read; and as CSV. */
import type { Scaling } from './scaling.ts';

/**
 * Lines of configuration, then one line a run, `BenchmarkMark/heap=tree/threads=2 …`.
 *
 * benchstat compares lines of one name and one configuration in different files, and the parts `/key=value` of
 * names in one file. So the settings, which differ from file to file, stand in comments, and what differs within
 * a file is in the names. A name has no `-N` for GOMAXPROCS, which `-col /threads` would not take away.
 *
 * @param swept the setting that differs within the file, if one does
 */
export function formatGoBench({ phase, heap, settings, cores, results }: Scaling, swept?: string): string[] {
  const part = swept === undefined ? '' : `/${swept}=${settings[swept]}`;
  const name = `Benchmark${phase[0].toUpperCase()}${phase.slice(1)}/heap=${nameOf(heap.name)}${part}`;
  return [
    'pkg: sweepgen',
    `cores: ${cores}`,
    ...Object.entries(settings).map(([key, value]) => `# ${key}: ${value}`),
    ...results.flatMap(({ procs, ns, objects }) => ns.map((time) =>
      `${name}/threads=${procs} 1 ${Math.round(time)} ns/op ${(time / objects).toFixed(3)} ns/object`)),
  ];
}

/** A benchmark's name has no blanks, and a slash begins its next part. */
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
