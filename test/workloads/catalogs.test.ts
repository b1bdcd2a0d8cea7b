/** Each registry's consumers derive from it: an entry added to a registry is known everywhere. */
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import type { HeapImporter } from '../../src/workloads/heaps/importer.ts';
import { BUILT_INS, builtIn } from '../../src/workloads/built-ins.ts';
import { graphNamed, GRAPH_NAMES } from '../../src/workloads/graphs/catalog.ts';
import { openHeapFile } from '../../src/workloads/heaps/open-heap.ts';
import { buildModelHeap } from '../../src/model/heap.ts';
import { markSuite } from '../../bench/mark.ts';
import { formatHeapFacts } from '../../src/report/heap-facts.ts';
import { cli, collecting } from '../cli/fakes.ts';

vi.mock('../../src/workloads/graphs/list.ts', async (original) => {
  const { list } = await original<typeof import('../../src/workloads/graphs/list.ts')>();
  return { list: { ...list, name: 'added-graph', summary: 'a graph that a test adds' } };
});

vi.mock('../../src/workloads/churn.ts', async (original) => {
  const module = await original<typeof import('../../src/workloads/churn.ts')>();
  return { ...module, churn: { ...module.churn, name: 'added-workload', summary: 'a workload that a test adds' } };
});

vi.mock('../../src/workloads/heaps/hprof.ts', (): { hprof: HeapImporter } => ({
  hprof: {
    format: 'added heap format',
    extensions: ['.added', '.add'],
    rootLabels: { seed: 'seeds' },
    matches: (head) => Buffer.from(head).toString('latin1') === 'ADDED FORMAT 1.0',
    async read(source, { name }) {
      let bytes = 0;
      for await (const chunk of source) bytes += chunk.length;
      return {
        name, objects: 1, edges: 0, bytes, sizes: Uint32Array.of(bytes), firstEdge: Uint32Array.of(0, 0), targets: new Uint32Array(0), roots: Uint32Array.of(0),
        facts: { format: 'added heap format 1', roots: { seed: 1 }, by: 'size', groups: [] },
      };
    },
  },
}));

/** The benchmarks' machine: it logs no collections. */
vi.mock('../../src/index.ts', () => ({ startRuntime: async () => ({ finished: Promise.resolve({ cycles: [] }) }) }));

const folder = mkdtempSync(join(tmpdir(), 'sweepgen-catalogs-'));
afterAll(() => rmSync(folder, { recursive: true }));

const deps = { listWorkloads: () => BUILT_INS, loadWorkload: async (name: string) => builtIn(name)! };

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

describe('the catalogs', () => {
  it.each(['added-graph', 'added-workload'])('name %s in run, stress, their help and each completion', async (name) => {
    const { code, started } = await cli(`run ${name} --set count=7`, undefined, deps);
    expect([code, started[0].workload, started[0].params]).toEqual([0, name, expect.objectContaining({ count: 7 })]);
    for (const command of ['run', 'stress']) expect((await cli(`help ${command}`, undefined, deps)).out).toMatch(new RegExp(`^  ${name} +a (graph|workload) that a test adds`, 'm'));
    for (const shell of ['bash', 'zsh', 'fish']) expect((await cli(`completion ${shell}`, undefined, deps)).out).toContain(name);
  });

  it('name a graph in scale, its help, its completion and the hints', async () => {
    const { started, out } = await cli('scale added-graph --objects 5000 --procs 1', collecting, deps);
    expect(started[0]).toMatchObject({ workload: 'added-graph', params: { count: 5000 } });
    expect(out).toMatch(/^added-graph-5000: /);
    expect((await cli('help scale', undefined, deps)).out.replaceAll(/\s+/g, ' ')).toContain('self (the heap of this process), tree, added-graph, rand');
    expect((await cli('start --procs 1', collecting, deps)).out).toContain('tree, added-graph, rand');
    expect((await cli('scale added-grpah', undefined, deps)).err).toContain('did you mean added-graph?');
    expect((await cli('completion bash', undefined, { ...deps, listWorkloads: () => [] })).out).toContain('added-graph');
  });

  it('let scale --model build a graph of the size that --objects gives', async () => {
    const { objects } = await buildModelHeap({ workload: 'added-graph', params: graphNamed('added-graph')!.paramsFor(1234), procs: 1 });
    expect(objects).toBe(1234);
  });

  it.each(GRAPH_NAMES)('build %s with about as many objects as --objects gives', async (name) => {
    for (const wanted of [1000, 16_383]) {
      const { objects } = await buildModelHeap({ workload: name, params: graphNamed(name)!.paramsFor(wanted), procs: 1 });
      expect(objects / wanted).toBeGreaterThan(0.7);
      expect(objects / wanted).toBeLessThan(1.5);
    }
    const { params, objects } = graphNamed(name)!;
    expect(graphNamed(name)!.paramsFor(objects)).toEqual({ [Object.keys(params)[0]]: Object.values(params)[0].default });
  });

  it('let the mark benchmark measure every graph', async () => {
    const measured = new Set<string>();
    for await (const { name } of markSuite.measure()) measured.add(name.split('/')[1]);
    expect([...measured]).toEqual(GRAPH_NAMES);
  });

  it('choose an importer by the first bytes of the file', async () => {
    expect(await openHeapFile(file('heap', 'ADDED FORMAT 1.0 and more'))).toMatchObject({ name: 'heap', bytes: 25 });
  });

  it('name an importer in help and errors, with its extensions', async () => {
    for (const command of ['run', 'scale']) expect((await cli(`help ${command}`)).out.replaceAll(/\s+/g, ' ')).toContain('or an added heap format (.added, .add), plain or in gzip');
    await expect(openHeapFile(file('heap', 'ADDED FORMAT 2'))).rejects.toThrow("heap: is no V8 heap snapshot, no Go heap dump and no added heap format: it begins with 'A'");
  });

  it("label an importer's root kinds in reports", async () => {
    expect(formatHeapFacts(await openHeapFile(file('heap', 'ADDED FORMAT 1.0')))).toContain('roots   1 seeds');
  });

  it('are the only source files that list the graphs', () => {
    const root = resolve(import.meta.dirname, '../..');
    const files = ['src', 'bench'].flatMap((room) => readdirSync(join(root, room), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts')).map((name) => join(root, room, name)));
    expect(files.length).toBeGreaterThan(100);
    const listing = files.filter((name) => {
      const text = readFileSync(name, 'utf8');
      return GRAPH_NAMES.filter((graph) => graph !== 'added-graph').every((graph) => new RegExp(`\\b${graph}\\b`).test(text));
    });
    // Calibration fits the model to a fixed set of graphs.
    expect(listing.map((name) => relative(root, name)).toSorted()).toEqual(['src/model/calibrate/mark-loop.ts', 'src/workloads/graphs/catalog.ts']);
  });
});
