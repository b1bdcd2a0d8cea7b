/** Formats for other programs: Go's benchmark text and CSV. */
import { describe, expect, it } from 'vitest';
import { formatCsv, formatGoBench } from '../../src/report/scale-bench.ts';
import { resultOf } from '../../src/report/scaling.ts';
import { scalingOf } from '../support/scaling.ts';

const results = [
  resultOf(1, [{ ns: 83_000_000.4, objects: 4_194_303, bytes: 134e6 }, { ns: 84e6, objects: 4_194_303, bytes: 134e6 }]),
  resultOf(2, [{ ns: 43e6, objects: 4_194_303, bytes: 134e6 }]),
];

/**
 * Reads the text by the grammar of golang.org/x/perf/benchfmt: `key: value` lines begin with a lower case letter and
 * have neither blanks nor upper case in the key; a benchmark's name is split at slashes, and a last `-N` is GOMAXPROCS;
 * every other line is passed over.
 */
function readBench(lines: readonly string[]) {
  const config: Record<string, string> = {};
  const runs: { name: string; keys: Record<string, string>; config: string; values: Record<string, number> }[] = [];
  for (const line of lines) {
    const pair = /^(\p{Ll}[^\s\p{Lu}:]*):[ \t]+(.*)$/u.exec(line);
    if (pair !== null) config[pair[1]] = pair[2];
    if (!line.startsWith('Benchmark')) continue;
    const [full, iterations, ...values] = line.split(/[ \t]+/);
    expect(iterations).toMatch(/^[1-9]\d*$/);
    const [, rest, procs] = /^(.*?)(-\d+)?$/.exec(full)!;
    const [name, ...parts] = rest.split('/');
    const keys: Record<string, string> = procs === undefined ? {} : { gomaxprocs: procs };
    for (const part of parts) keys[part.split('=')[0]] = part.split('=').slice(1).join('=');
    const measured: Record<string, number> = {};
    for (let i = 0; i < values.length; i += 2) measured[values[i + 1]] = Number(values[i]);
    runs.push({ name, keys, config: JSON.stringify(config), values: measured });
  }
  return runs;
}

describe('Go benchmark text', () => {
  const tuned = scalingOf({ 1: 1 }, { results, settings: { policy: 'tuned', workbuf: 64 } });

  it('has a line for each run, and the settings as comments', () => {
    expect(formatGoBench(tuned)).toEqual([
      'pkg: sweepgen', 'cores: 4', '# policy: tuned', '# workbuf: 64',
      'BenchmarkMark/heap=tree/threads=1 1 83000000 ns/op 19.789 ns/object',
      'BenchmarkMark/heap=tree/threads=1 1 84000000 ns/op 20.027 ns/object',
      'BenchmarkMark/heap=tree/threads=2 1 43000000 ns/op 10.252 ns/object',
    ]);
  });

  it('gives two policies the same names and configuration, so that benchstat compares their files', () => {
    const rows = (policy: string) => readBench(formatGoBench(scalingOf({ 1: 1 }, { results, settings: { policy } })))
      .map(({ name, keys, config }) => [name, keys, config]);
    expect(rows('tuned')).toEqual(rows('go1.3'));
    expect(rows('tuned')).toHaveLength(3);
  });

  it('has names that differ in threads only, so that benchstat -col /threads compares them', () => {
    const rows = readBench(formatGoBench(tuned)).map(({ name, keys: { threads, ...keys } }) => ({ threads, row: JSON.stringify([name, keys]) }));
    expect(new Set(rows.map(({ row }) => row)).size).toBe(1);
    expect(rows.map(({ threads }) => threads)).toEqual(['1', '1', '2']);
  });

  it('has the values of a sweep in its names, so that benchstat -col /workbuf compares them', () => {
    const of = (workbuf: number) => formatGoBench(scalingOf({ 1: 1 }, { results, settings: { policy: 'go1.3', workbuf } }), 'workbuf');
    const rows = readBench([...of(64), ...of(1024)]);
    expect(rows.map(({ keys }) => keys.workbuf)).toEqual(['64', '64', '64', '1024', '1024', '1024']);
    expect(new Set(rows.map(({ config }) => config)).size).toBe(1);
  });

  it('has no blank in a name', () => {
    const lines = formatGoBench(scalingOf({ 1: 1 }, { heap: { name: './my dumps/app 1.heapdump.gz', objects: 1, bytes: 1, spans: 1 } }));
    expect(lines[3]).toMatch(/^BenchmarkMark\/heap=app_1\.heapdump\.gz\/threads=1 1 \d+ ns\/op [\d.]+ ns\/object$/);
  });
});

describe('CSV', () => {
  it('has a row for each run, with quotes where necessary', () => {
    const heap = { name: 'a, "b"', objects: 1, bytes: 1, spans: 1 };
    expect(formatCsv(scalingOf({ 1: 1 }, { results, heap }))).toEqual([
      'phase,heap,settings,threads,cores,run,ns,objects,bytes',
      'mark,"a, ""b""",policy=go1.3,1,4,1,83000000,4194303,134000000',
      'mark,"a, ""b""",policy=go1.3,1,4,2,84000000,4194303,134000000',
      'mark,"a, ""b""",policy=go1.3,2,4,1,43000000,4194303,134000000',
    ]);
  });
});
