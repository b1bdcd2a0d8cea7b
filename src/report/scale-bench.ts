/** A measurement in Go's benchmark format, for benchstat, and as CSV. */
import { CSV_COLUMNS } from './scale-columns.ts';
import type { ScaleResult, Scaling } from './scaling.ts';

/**
 * Returns lines of configuration, then one line a run: `BenchmarkMark/heap=tree/threads=2 …`.
 *
 * benchstat compares lines with the same name and configuration across files, and the parts `/key=value` of
 * names within a file. So settings, which differ between files, are comments, and values that differ within
 * a file are in the names. A name has no `-N` for GOMAXPROCS: `-col /threads` would not remove it.
 *
 * @param swept the setting that differs within the file, if there is one
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

/** Returns a part of a benchmark's name: without blanks, and without slashes, which separate the parts. */
function nameOf(heap: string): string {
  return heap.replace(/^.*[/\\]/, '').replace(/[^\w.-]+/g, '_');
}

interface Run {
  readonly scaling: Scaling;
  readonly result: ScaleResult;
  /** The run's place in the result, from 0. */
  readonly run: number;
}

interface RunColumn {
  readonly about: string;
  readonly value: (run: Run) => string | number;
}

/** The columns of CSV that every run has; those of CSV_COLUMNS follow. An entry is also a row of docs/reference/scale.md. */
export const RUN_COLUMNS: Readonly<Record<string, RunColumn>> = {
  phase: { about: 'mark, sweep, cycle or alloc', value: ({ scaling }) => scaling.phase },
  heap: { about: 'name of the heap', value: ({ scaling }) => scaling.heap.name },
  settings: { about: 'settings of the machine, as `policy=tuned workbuf=64`', value: ({ scaling }) => Object.entries(scaling.settings).map((pair) => pair.join('=')).join(' ') },
  threads: { about: 'number of threads', value: ({ result }) => result.procs },
  cores: { about: 'cores of the machine', value: ({ scaling }) => scaling.cores },
  run: { about: 'number of the run among those with as many threads, from 1', value: ({ run }) => run + 1 },
  ns: { about: 'time of the run', value: ({ result, run }) => Math.round(result.ns[run]) },
  objects: { about: 'objects marked, kept by the sweep, or allocated; median of a run', value: ({ result }) => result.objects },
  bytes: { about: 'their bytes, or of a sweep the bytes of spans; median of a run', value: ({ result }) => result.bytes },
};

/** Returns a head and a row for each run, as RFC 4180 has them. */
export function formatCsv(scaling: Scaling): string[] {
  const { results } = scaling;
  const columns = [
    ...Object.entries(RUN_COLUMNS),
    ...CSV_COLUMNS.map(([name, { value }]) => [name, { value: ({ result }: Run) => value?.(result, results[0]) ?? '' }] as const),
  ];
  return [
    columns.map(([name]) => csvField(name)).join(','),
    ...results.flatMap((result) => result.ns.map((_, run) => columns.map(([, { value }]) => csvField(value({ scaling, result, run }))).join(','))),
  ];
}

function csvField(value: string | number): string {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
