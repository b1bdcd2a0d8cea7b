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
  test.each(['churn', 'binary-trees', 'strings', 'cache', 'links', 'pipeline --set items=2000'])('%s runs under the oracle on two threads', async (workload) => {
    const { code, out, err } = await sweepgen(['run', ...workload.split(' '), '--procs', '2', '--gogc', '50', '--verify', '--gc-every', '40']);
    expect(err).toBe('');
    expect(code).toBe(0);
    expect(out).toMatch(/verified +[\d,]+ checkpoints, nothing wrong/);
  });

  test('prints one JSON document with memstats and cycles', async () => {
    const { code, out } = await sweepgen(['run', 'churn', '--set', 'count=300000', '--json']);
    expect(code).toBe(0);
    const { schema, memstats, cycles } = JSON.parse(out);
    expect(schema).toBe(1);
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

  test('prints a trace line for each collection of 2011 in the form of that time', async () => {
    const { err } = await sweepgen(['run', 'churn', '--collector', 'bitmap', '--procs', '2', '--set', 'count=500000', '--gctrace']);
    const lines = err.trimEnd().split('\n');
    expect(lines.length).toBeGreaterThan(1);
    for (const one of lines) {
      expect(one).toMatch(/^gc\d+: \d+\+\d+\+\d+ ms \d+ -> \d+ MB \d+ -> \d+ \(\d+-\d+\) objects \d+ pointer lookups \(\d+ size, \d+ addr\)$/);
    }
  });

  test.each([['links', 'refword'], ['cache', 'bitmap']])('%s runs with the collector %s under the oracle on two threads', async (workload, collector) => {
    const { code, out, err } = await sweepgen(['run', workload, '--collector', collector, '--procs', '2', '--gogc', '50', '--verify', '--gc-every', '40']);
    expect(err).toBe('');
    expect(code).toBe(0);
    expect(out).toMatch(/verified +[\d,]+ checkpoints, nothing wrong/);
  });

  test.each([
    ['stack.mjs', 'rounds=200'],
    ['channels.mjs', 'jobs=100'],
  ])('runs the example %s of docs/workloads.md', async (example, set) => {
    const { code, err } = await sweepgen(['run', `./docs/examples/${example}`, '--procs', '2', '--set', set, '--verify', '--gc-every', '30']);
    expect(err).toBe('');
    expect(code).toBe(0);
  });

  test.each([
    { procs: 2, cap: 0 },
    { procs: 3, cap: 1 },
    { procs: 4, cap: 5 },
  ])('producers, consumers and selects share channels of $cap on $procs Ps and lose nothing', async ({ procs, cap }) => {
    const sets = ['--set', `cap=${cap}`, '--set', 'sends=150', '--set', 'producers=4', '--set', 'consumers=5'];
    const { code, out, err } = await sweepgen(['run', './test/fixtures/workloads/channels.mjs', '--procs', `${procs}`, '--gogc', '20', '--gc-every', '20', '--verify', ...sets]);
    expect(err).toBe('');
    expect(code).toBe(0);
    expect(out).toMatch(/600 sent, 600 received, sum right, 6 saw the end/);
  });

  test('says which goroutine sends on a closed channel', async () => {
    const { code, err } = await sweepgen(['run', './test/fixtures/workloads/sends-on-closed.mjs', '--procs', '2']);
    expect(code).toBe(2);
    expect(err).toMatch(/send on closed channel by goroutine \d+; close it when all have sent/);
  });
});

describe('sweepgen scale', () => {
  test.each(['go1.3', 'tuned'])('marks a small tree with 1 and 2 threads, verified, with policy %s', async (policy) => {
    const { code, out } = await sweepgen(['scale', 'self', '--procs', '1,2', '--runs', '6', '--policy', policy, '--verify', '--json']);
    expect(code).toBe(0);
    const { schema, heap, results } = JSON.parse(out);
    expect(schema).toBe(1);
    expect(heap.objects).toBeGreaterThan(10_000);
    expect(results.map((one: { procs: number }) => one.procs)).toEqual([1, 2]);
    for (const one of results) {
      expect(one.markNs).toHaveLength(6);
      expect(one).toMatchObject({ objectsMarked: expect.any(Number), bytesMarked: expect.any(Number), handoff: expect.any(Number), steal: expect.any(Number) });
    }
  });
});
