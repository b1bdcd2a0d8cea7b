/** Threads run the mark loops and the sweep as WebAssembly or as JavaScript, as told, and mark the same. */
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../../src/base/root.ts';
import { collectArgs } from '../../src/workloads/collect.ts';

type Library = typeof import('../../src/index.ts');
type Code = 'wasm' | 'javascript';
type Policy = 'go1.3' | 'tuned';

/** The file and function of each policy's inner loop. */
const LOOPS: readonly (readonly [Policy, file: string, fn: string])[] = [
  ['go1.3', 'scan-objects', 'scanObjects'],
  ['tuned', 'scan-run', 'scanRun'],
];

/** Threads run what was built, so the library under `root` is the built one too. */
async function libraryIn(root: string): Promise<Library> {
  return (await import(pathToFileURL(join(root, 'dist/src/index.js')).href)) as Library;
}

async function mark({ startRuntime }: Library, policy: Policy, code: Code) {
  const runtime = await startRuntime({ workload: 'tree', policy, tuning: { code }, params: { depth: 12 }, args: collectArgs(3, [1, 2]), procs: 2, gogc: 'off', verify: true });
  return runtime.finished;
}

describe.each(LOOPS)('the mark loop %s on threads', (policy) => {
  it('marks the same objects as WebAssembly and as JavaScript', async () => {
    const library = await libraryIn(ROOT);
    const [wasm, javascript] = [await mark(library, policy, 'wasm'), await mark(library, policy, 'javascript')];
    const facts = ({ cycles }: typeof wasm) => cycles.map(({ nproc, objectsMarked, heap1, objects }) => ({ nproc, objectsMarked: nproc === 1 ? objectsMarked : 0, heap1, objects }));
    expect(facts(wasm)).toEqual(facts(javascript));
    const alone = wasm.cycles.filter(({ nproc }) => nproc === 1);
    expect(alone.length).toBeGreaterThan(2);
    // The tree, and what holds the log.
    expect(alone[0].objectsMarked).toBeGreaterThanOrEqual(2 ** 12 - 1);
    for (const { verified, cycles } of [wasm, javascript]) expect(verified).toBeGreaterThanOrEqual(2 * cycles.length - 1);
  });
});

describe('with JavaScript loops that throw', () => {
  let root: string;
  let library: Library;

  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'sweepgen-wasm-'));
    // Without the bundles, so that threads load the modules themselves.
    cpSync(join(ROOT, 'dist'), join(root, 'dist'), { recursive: true, filter: (path) => !/dist\/(?:bundles|generated)|\.d\.ts$/.test(path) });
    cpSync(join(ROOT, 'package.json'), join(root, 'package.json'));
    symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'));
    for (const [, file, fn] of LOOPS) {
      const loop = join(root, `dist/src/gc/${file}.js`);
      const code = readFileSync(loop, 'utf8');
      const head = new RegExp(`^export function ${fn}\\([^)]*\\) \\{$`, 'm');
      expect(code).toMatch(head);
      writeFileSync(loop, code.replace(head, "$& throw new Error('the JavaScript loop ran');"));
    }
    library = await libraryIn(root);
  });

  afterAll(() => rmSync(root, { recursive: true, force: true }));

  it.each(LOOPS)('%s does not run the JavaScript loop while WebAssembly marks', async (policy) => {
    expect((await mark(library, policy, 'wasm')).cycles.length).toBeGreaterThan(2);
  });

  it.each(LOOPS)('%s fails where JavaScript is chosen', async (policy) => {
    await expect(mark(library, policy, 'javascript')).rejects.toThrow('the JavaScript loop ran');
  });

  it('threads do not run the JavaScript sweep either, unless JavaScript is chosen', async () => {
    for (const [, file, fn] of [...LOOPS, ['', '../malloc/sweep', 'sweepone']]) {
      const path = join(root, `dist/src/gc/${file}.js`);
      const code = readFileSync(path, 'utf8').replace(" throw new Error('the JavaScript loop ran');", '');
      const head = `export function ${fn}(m, mp) {`;
      if (fn === 'sweepone') expect(code).toContain(head);
      writeFileSync(path, code.replace(head, "$& throw new Error('the JavaScript sweep ran');"));
    }
    expect((await mark(library, 'go1.3', 'wasm')).cycles.length).toBeGreaterThan(2);
    await expect(mark(library, 'go1.3', 'javascript')).rejects.toThrow('the JavaScript sweep ran');
  });
});
