/** Threads run the tuned loop as WebAssembly or as JavaScript, and mark the same. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { ROOT } from '../../src/base/root.ts';
import { collectArgs } from '../../src/workloads/collect.ts';

// Threads run what was built.
const { startRuntime } = (await import(pathToFileURL(join(ROOT, 'dist/src/index.js')).href)) as typeof import('../../src/index.ts');

it.each(['wasm', 'javascript'] as const)('as %s', async (code) => {
  const runtime = await startRuntime({ workload: 'tree', policy: 'tuned', tuning: { code }, params: { depth: 12 }, args: collectArgs(3, [1, 2]), procs: 2, gogc: 'off', verify: true });
  const { cycles, verified } = await runtime.finished;
  const alone = cycles.filter(({ nproc }) => nproc === 1);
  expect(alone.length).toBeGreaterThan(2);
  // The tree, and what holds the log.
  for (const { objectsMarked } of alone) expect(objectsMarked).toBe(alone[0].objectsMarked);
  expect(alone[0].objectsMarked).toBeGreaterThanOrEqual(2 ** 12 - 1);
  expect(verified).toBeGreaterThanOrEqual(2 * cycles.length - 1);
});
