import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sweepgen } from '../support/command.ts';

const GO14 = readFileSync(resolve(import.meta.dirname, '../fixtures/alloc-go1.4.txt'), 'utf8').split('\n');

/** What a line says under `name=` or after `label `. */
function line(text: string, start: string): string {
  return text.split('\n').find((one) => one.startsWith(start)) ?? `no line ${start}`;
}

describe('sweepgen sequence', () => {
  test('gives exactly the figures of Go 1.4 for all size classes', async () => {
    const { code, out } = await sweepgen(['sequence', '--seed', '12345', '--count', '20000', '--max', '2048']);
    expect(code).toBe(0);
    expect(line(out, 'all by_size')).toBe(GO14.find((one) => one.startsWith('all by_size')));
    const figures = (text: string) => line(text, 'all mallocs').split(' heap_inuse')[0];
    expect(figures(out)).toBe(figures(GO14.join('\n')));
  });
});

describe('sweepgen run', () => {
  test.each(['churn', 'binary-trees', 'strings', 'cache', 'links'])('%s runs under the oracle on two threads', async (workload) => {
    const { code, out, err } = await sweepgen(['run', workload, '--procs', '2', '--gogc', '50', '--verify', '--gc-every', '40']);
    expect(err).toBe('');
    expect(code).toBe(0);
    expect(out).toMatch(/verified +[\d,]+ checkpoints, nothing wrong/);
  });

  test('prints one JSON document with memstats and cycles', async () => {
    const { code, out } = await sweepgen(['run', 'churn', '--set', 'count=300000', '--json']);
    expect(code).toBe(0);
    const { schema, memstats, cycles } = JSON.parse(out);
    expect(schema).toBe(2);
    expect(memstats.Mallocs - memstats.Frees).toBe(memstats.HeapObjects);
    expect(memstats.NumGC).toBe(cycles.length);
  });

  test('prints a trace line for each collection in the form of Go 1.3', async () => {
    const { err } = await sweepgen(['run', 'churn', '--procs', '2', '--set', 'count=500000', '--gctrace']);
    const lines = err.trimEnd().split('\n');
    expect(lines.length).toBeGreaterThan(1);
    for (const one of lines) {
      expect(one).toMatch(/^gc\d+\(\d+\): \d+\+\d+\+\d+\+\d+ us, \d+ -> \d+ MB, \d+ \(\d+-\d+\) objects, \d+\/\d+\/\d+ sweeps, \d+\(\d+\) handoff, \d+\(\d+\) steal, \d+\/\d+\/\d+ yields$/);
    }
  });

  test('runs the example of a program that reads its statistics', async () => {
    expect(await sweepgen(['run', './docs/examples/memstats.mjs', '--procs', '1', '--verify'])).toMatchObject({ code: 0, err: '' });
  });

  test('runs the example of docs/workloads.md', async () => {
    const { code } = await sweepgen(['run', './docs/examples/stack.mjs', '--procs', '2', '--set', 'rounds=200', '--verify']);
    expect(code).toBe(0);
  });
});

describe('sweepgen scale', () => {
  test.each(['go1.3', 'tuned'])('marks a small tree with 1 and 2 threads, verified, with policy %s', async (policy) => {
    const { code, out } = await sweepgen(['scale', 'self', '--procs', '1,2', '--runs', '6', '--policy', policy, '--verify', '--json']);
    expect(code).toBe(0);
    const { schema, heap, results } = JSON.parse(out);
    expect(schema).toBe(2);
    expect(heap.objects).toBeGreaterThan(10_000);
    expect(results.map((one: { procs: number }) => one.procs)).toEqual([1, 2]);
    for (const one of results) {
      expect(one.markNs).toHaveLength(6);
      expect(one).toMatchObject({ objectsMarked: expect.any(Number), bytesMarked: expect.any(Number), handoff: expect.any(Number), steal: expect.any(Number) });
    }
  });
});
