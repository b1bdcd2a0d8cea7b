/** Figures for other programs: Go's benchmark text and CSV, a line for each run. */
import { describe, expect, it } from 'vitest';
import { formatCsv, formatGoBench } from '../../src/report/scale-bench.ts';
import { resultOf } from '../../src/report/scaling.ts';
import { scalingOf } from '../support/scaling.ts';

const results = [
  resultOf(1, [{ ns: 83_000_000.4, objects: 4_194_303, bytes: 134e6 }, { ns: 84e6, objects: 4_194_303, bytes: 134e6 }]),
  resultOf(2, [{ ns: 43e6, objects: 4_194_303, bytes: 134e6 }]),
];

describe('Go benchmark text', () => {
  it('names heap and threads so that benchstat can group by them', () => {
    expect(formatGoBench(scalingOf({ 1: 1 }, { results, settings: { policy: 'tuned', workbuf: 64 } }))).toEqual([
      'pkg: sweepgen', 'cores: 4', 'policy: tuned', 'workbuf: 64',
      'BenchmarkMark/heap=tree/threads=1-1 1 83000000 ns/op 19.789 ns/object',
      'BenchmarkMark/heap=tree/threads=1-1 1 84000000 ns/op 20.027 ns/object',
      'BenchmarkMark/heap=tree/threads=2-2 1 43000000 ns/op 10.252 ns/object',
    ]);
  });

  it('has no blank in a name', () => {
    const lines = formatGoBench(scalingOf({ 1: 1 }, { heap: { name: './my dumps/app 1.heapdump.gz', objects: 1, bytes: 1, spans: 1 } }));
    expect(lines[3]).toMatch(/^BenchmarkMark\/heap=app_1\.heapdump\.gz\/threads=1-1 1 \d+ ns\/op [\d.]+ ns\/object$/);
  });
});

describe('CSV', () => {
  it('has a row for each run, quoted where need be', () => {
    const heap = { name: 'a, "b"', objects: 1, bytes: 1, spans: 1 };
    expect(formatCsv(scalingOf({ 1: 1 }, { results, heap }))).toEqual([
      'phase,heap,settings,threads,cores,run,ns,objects,bytes',
      'mark,"a, ""b""",policy=go1.3,1,4,1,83000000,4194303,134000000',
      'mark,"a, ""b""",policy=go1.3,1,4,2,84000000,4194303,134000000',
      'mark,"a, ""b""",policy=go1.3,2,4,1,43000000,4194303,134000000',
    ]);
  });
});
