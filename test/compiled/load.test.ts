/** Threads run the tuned loop as WebAssembly or as JavaScript, as told, and mark the same. */
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../../src/base/root.ts';
import { collectArgs } from '../../src/workloads/collect.ts';

type Library = typeof import('../../src/index.ts');
type Code = 'wasm' | 'javascript';

/** Threads run what was built, so the library under `root` is the built one too. */
async function libraryIn(root: string): Promise<Library> {
  return (await import(pathToFileURL(join(root, 'dist/src/index.js')).href)) as Library;
}

async function mark({ startRuntime }: Library, code: Code) {
  const runtime = await startRuntime({ workload: 'tree', policy: 'tuned', tuning: { code }, params: { depth: 12 }, args: collectArgs(3, [1, 2]), procs: 2, gogc: 'off', verify: true });
  return runtime.finished;
}

describe('the mark loop on threads', () => {
  it('marks the same objects as WebAssembly and as JavaScript', async () => {
    const library = await libraryIn(ROOT);
    const [wasm, javascript] = [await mark(library, 'wasm'), await mark(library, 'javascript')];
    const facts = ({ cycles }: typeof wasm) => cycles.map(({ nproc, objectsMarked, heap1, objects }) => ({ nproc, objectsMarked: nproc === 1 ? objectsMarked : 0, heap1, objects }));
    expect(facts(wasm)).toEqual(facts(javascript));
    const alone = wasm.cycles.filter(({ nproc }) => nproc === 1);
    expect(alone.length).toBeGreaterThan(2);
    // The tree, and what holds the log.
    expect(alone[0].objectsMarked).toBeGreaterThanOrEqual(2 ** 12 - 1);
    for (const { verified, cycles } of [wasm, javascript]) expect(verified).toBeGreaterThanOrEqual(2 * cycles.length - 1);
  });
});

describe('with a JavaScript loop that throws', () => {
  let root: string;
  let library: Library;

  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'sweepgen-wasm-'));
    // Without the bundles, so that threads load the modules themselves.
    cpSync(join(ROOT, 'dist'), join(root, 'dist'), { recursive: true, filter: (path) => !/dist\/(?:bundles|generated)|\.d\.ts$/.test(path) });
    cpSync(join(ROOT, 'package.json'), join(root, 'package.json'));
    symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'));
    const loop = join(root, 'dist/src/gc/scan-run.js');
    const code = readFileSync(loop, 'utf8');
    expect(code).toMatch(/^export function scanRun\([^)]*\) \{$/m);
    writeFileSync(loop, code.replace(/^export function scanRun\([^)]*\) \{$/m, "$& throw new Error('the JavaScript loop ran');"));
    library = await libraryIn(root);
  });

  afterAll(() => rmSync(root, { recursive: true, force: true }));

  it('does not run the JavaScript loop while WebAssembly marks', async () => {
    expect((await mark(library, 'wasm')).cycles.length).toBeGreaterThan(2);
  });

  it('fails where JavaScript is chosen', async () => {
    await expect(mark(library, 'javascript')).rejects.toThrow('the JavaScript loop ran');
  });
});
