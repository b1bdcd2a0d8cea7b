/** Commands on real threads, with the build's workers. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { MarkFacts } from '../../src/report/scaling.ts';
import { sweepgen } from '../support/in-process.ts';

const GO13 = readFileSync(resolve(import.meta.dirname, '../fixtures/alloc-go1.3.txt'), 'utf8');
const GO14 = readFileSync(resolve(import.meta.dirname, '../fixtures/alloc-go1.4.txt'), 'utf8').split('\n');

/** Returns the first line of `text` that begins with `start`. */
function line(text: string, start: string): string {
  return text.split('\n').find((one) => one.startsWith(start)) ?? `no line ${start}`;
}

describe('sweepgen sequence', () => {
  it('with --types mtypes, allocates objects for types', async () => {
    const { code, out } = await sweepgen(['sequence', '--types', 'mtypes']);
    expect(code).toBe(0);
    const by = (text: string, size: number) => new RegExp(` ${size}:(\\d+):`).exec(line(text, 'all by_size'))?.[1];
    for (const size of [8, 16, 128, 144, 512, 896, 1024, 2048]) expect([size, by(out, size)]).toEqual([size, by(GO13, size)]);
  });

  it('gives exactly the figures of Go 1.4 for all size classes', async () => {
    const { code, out } = await sweepgen(['sequence', '--seed', '12345', '--count', '20000', '--max', '2048']);
    expect(code).toBe(0);
    expect(line(out, 'all by_size')).toBe(GO14.find((one) => one.startsWith('all by_size')));
    const figures = (text: string) => line(text, 'all mallocs').split(' heap_inuse')[0];
    expect(figures(out)).toBe(figures(GO14.join('\n')));
  });
});

describe('sweepgen run', () => {
  it.each(['churn --set count=100000', 'binary-trees --set depth=10', 'strings --set count=50000', 'cache --set count=20000', 'links --set moves=10000', 'pipeline --set items=2000'])('%s runs under the oracle on two threads', async (workload) => {
    const { code, out, err } = await sweepgen(['run', ...workload.split(' '), '--procs', '2', '--gogc', '50', '--verify', '--gc-every', '40']);
    expect(err).toBe('');
    expect(code).toBe(0);
    expect(out).toMatch(/verified +[\d,]+ checkpoints, nothing wrong/);
  });

  it.each(['churn --set count=100000', 'links --set moves=10000'])('%s runs under the oracle on two threads of the 32-bit machine', async (workload) => {
    const { code, err } = await sweepgen(['run', ...workload.split(' '), '--goarch', '386', '--procs', '2', '--gogc', '50', '--verify', '--gc-every', '200']);
    expect(err).toBe('');
    expect(code).toBe(0);
  });

  it('refuses the tuned mark loop on the 32-bit machine', async () => {
    const { code, err } = await sweepgen(['run', 'churn', '--goarch', '386', '--policy', 'tuned']);
    expect(code).toBe(2);
    expect(err).toMatch(/leave --policy tuned out with --goarch 386/);
  });

  it('prints one JSON document with memstats and cycles', async () => {
    const { code, out } = await sweepgen(['run', 'churn', '--set', 'count=300000', '--json']);
    expect(code).toBe(0);
    const { schema, memstats, cycles } = JSON.parse(out);
    expect(schema).toBe(2);
    expect(memstats.Mallocs - memstats.Frees).toBe(memstats.HeapObjects);
    expect(memstats.NumGC).toBe(cycles.length);
  });

  it('prints a trace line for each collection in the form of Go 1.3', async () => {
    const { err } = await sweepgen(['run', 'churn', '--procs', '2', '--set', 'count=500000', '--gctrace']);
    const lines = err.trimEnd().split('\n');
    expect(lines.length).toBeGreaterThan(1);
    for (const one of lines) {
      expect(one).toMatch(/^gc\d+\(\d+\): \d+\+\d+\+\d+\+\d+ us, \d+ -> \d+ MB, \d+ \(\d+-\d+\) objects, \d+\/\d+\/\d+ sweeps, \d+\(\d+\) handoff, \d+\(\d+\) steal, \d+\/\d+\/\d+ yields$/);
    }
  });

  it('runs the example of a program that reads its statistics', async () => {
    expect(await sweepgen(['run', './docs/examples/memstats.mjs', '--procs', '1', '--verify'])).toMatchObject({ code: 0, err: '' });
  });

  it('prints a trace line for each collection of 2011 in the form of that time', async () => {
    const { err } = await sweepgen(['run', 'churn', '--collector', 'bitmap', '--procs', '2', '--set', 'count=500000', '--gctrace']);
    const lines = err.trimEnd().split('\n');
    expect(lines.length).toBeGreaterThan(1);
    for (const one of lines) {
      expect(one).toMatch(/^gc\d+: \d+\+\d+\+\d+ ms \d+ -> \d+ MB \d+ -> \d+ \(\d+-\d+\) objects \d+ pointer lookups \(\d+ size, \d+ addr\)$/);
    }
  });

  it.each([['links --set moves=10000', 'refword'], ['cache --set count=20000', 'bitmap']])('%s runs with the collector %s under the oracle on two threads', async (workload, collector) => {
    const { code, out, err } = await sweepgen(['run', ...workload.split(' '), '--collector', collector, '--procs', '2', '--gogc', '50', '--verify', '--gc-every', '40']);
    expect(err).toBe('');
    expect(code).toBe(0);
    expect(out).toMatch(/verified +[\d,]+ checkpoints, nothing wrong/);
  });

  it.each([
    ['stack.mjs', 'rounds=200'],
    ['channels.mjs', 'jobs=100'],
  ])('runs the example %s of docs', async (example, set) => {
    const { code, err } = await sweepgen(['run', `./docs/examples/${example}`, '--procs', '2', '--set', set, '--verify', '--gc-every', '30']);
    expect(err).toBe('');
    expect(code).toBe(0);
  });

  it.each([
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

  it('says which goroutine sends on a closed channel', async () => {
    const { code, err } = await sweepgen(['run', './test/fixtures/workloads/sends-on-closed.mjs', '--procs', '2']);
    expect(code).toBe(2);
    expect(err).toMatch(/send on closed channel by goroutine \d+; close it when all have sent/);
  });

  it.each(['none', 'mtypes', 'heapbits'])('runs the example with types of docs, with --types %s', async (types) => {
    const { code, out } = await sweepgen(['run', './docs/examples/messages.mjs', '--procs', '2', '--set', 'rounds=60', '--types', types, '--gc-every', '20', '--verify']);
    expect(code).toBe(0);
    expect(out).toMatch(/nothing wrong/);
  });

  it('finds no fault with the pointers of the example with types', async () => {
    const { code, err } = await sweepgen(['run', './docs/examples/messages.mjs', '--procs', '1', '--set', 'rounds=20', '--types', 'mtypes', '--gc-every', '20', '--godebug', 'checkptr']);
    expect([code, err]).toEqual([0, '']);
  });
});

describe('sweepgen run values', () => {
  /** Number of bigs, children, slices, maps and strings, each. With mtypes, records of types add less than 1000 objects. */
  const COUNT = 2000;
  it.each([
    ['none', 40 * COUNT, 40 * COUNT],
    ['mtypes', 23 * COUNT + 400, 23 * COUNT + 1000],
    ['heapbits', 23 * COUNT, 23 * COUNT],
  ])('--types %s keeps used objects, and of objects that only look used, those that it must', async (types, atLeast, atMost) => {
    const { code, out } = await sweepgen(['run', 'values', '--types', types, '--set', `count=${COUNT}`]);
    expect(code).toBe(0);
    expect(line(out, '46000 objects')).toMatch(/^46000 objects in use, 34000 that only look so; live in the end \d+$/);
    const live = Number(/live in the end (\d+)/.exec(out)![1]);
    expect(live).toBeGreaterThanOrEqual(atLeast);
    expect(live).toBeLessThanOrEqual(atMost);
  });

  it.each(['none', 'mtypes', 'heapbits'])('runs under the oracle on two threads, with --types %s', async (types) => {
    const { code, out, err } = await sweepgen(['run', 'values', '--procs', '2', '--types', types, '--set', 'count=150', '--gc-every', '3', '--verify']);
    expect([code, err]).toEqual([0, '']);
    expect(Number(/verified +([\d,]+) checkpoints, nothing wrong/.exec(out)?.[1].replace(',', ''))).toBeGreaterThan(15);
  });

  it('--policy tuned has no types', async () => {
    for (const types of ['mtypes', 'heapbits']) {
      const { code, out, err } = await sweepgen(['run', 'values', '--policy', 'tuned', '--types', types]);
      expect([code, out, err]).toEqual([2, '', `sweepgen: --policy tuned knows no types; leave it away, or --types ${types}\n`]);
    }
    expect((await sweepgen(['run', 'values', '--policy', 'tuned', '--types', 'none', '--set', 'count=10'])).code).toBe(0);
  });

  it('--types and --godebug refuse unknown names', async () => {
    const types = await sweepgen(['run', 'values', '--types', 'mtype']);
    expect([types.code, types.err]).toEqual([2, expect.stringContaining("--types must be none, mtypes or heapbits, not 'mtype'")]);
    const debug = await sweepgen(['run', 'values', '--types', 'mtypes', '--godebug', 'checkptrs']);
    expect([debug.code, debug.err]).toEqual([2, expect.stringContaining("not 'checkptrs'")]);
  });
});

describe('sweepgen scale', () => {
  it('times sweeps and cycles by more threads than there may be cores, with other buffers', async () => {
    for (const phase of ['sweep', 'cycle']) {
      const { code, out } = await sweepgen(['scale', 'tree', '--objects', '20000', '--phase', phase, '--procs', '1,5', '--runs', '3', '--workbuf', '32', '--json']);
      expect(code).toBe(0);
      const { results, settings, graph } = JSON.parse(out);
      expect(settings).toEqual({ policy: 'go1.3', workbuf: 32 });
      expect(graph.objects).toBeGreaterThan(10_000);
      for (const { ns } of results) {
        expect(ns).toHaveLength(3);
        for (const time of ns) expect(time > 0 && time < 60e9).toBe(true);
      }
    }
  });

  it.each(['go1.3', 'tuned', 'lab'])('marks a small tree with 1 and 2 threads, verified, with policy %s', async (policy) => {
    const { code, out } = await sweepgen(['scale', 'tree', '--objects', '20000', '--procs', '1,2', '--runs', '6', '--policy', policy, '--verify', '--json']);
    expect(code).toBe(0);
    const { schema, heap, results } = JSON.parse(out);
    expect(schema).toBe(3);
    expect(heap.objects).toBeGreaterThan(10_000);
    expect(results.map((one: { procs: number }) => one.procs)).toEqual([1, 2]);
    for (const one of results) {
      expect(one.ns).toHaveLength(6);
      expect(one).toMatchObject({ objects: expect.any(Number), bytes: expect.any(Number), mark: { handoff: expect.any(Number), steal: expect.any(Number) } });
      const { threads } = one.mark as MarkFacts;
      expect(threads).toHaveLength(one.procs);
      expect(threads.reduce((sum, thread) => sum + thread.objects, 0) / one.objects).toBeCloseTo(1, 2);
      for (const { shares } of threads) expect(Object.values(shares).reduce((sum, share) => sum + share)).toBeCloseTo(1, 6);
      if (policy !== 'tuned') expect(threads[0].bytes).toBeGreaterThan(1e5);
    }
  });
});
