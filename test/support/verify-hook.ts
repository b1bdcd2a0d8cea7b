/**
 * Answers the checkpoints of a machine that runs in the test's own thread, where waiting for
 * somebody else would never end. A test file asks for it with
 *
 *     vi.mock('../../src/gc/doorbell.ts', async (original) =>
 *       (await import('./verify-hook.ts')).answered(await original()));
 */
import type * as doorbell from '../../src/gc/doorbell.ts';
import type { Mem } from '../../src/memory/struct.ts';

export type Hook = (m: Mem, point: number) => void;

/** `at` hears of the checkpoints of the oracle, `stopped` of the one before the sweep. */
export const hook: { at: Hook; stopped: Hook } = { at: () => {}, stopped: () => {} };

/** The doorbell, with its checkpoints answered by the hook. */
export function answered(original: unknown): typeof doorbell {
  // Not imported: the mock of the module waits for this file.
  const real = original as typeof doorbell;
  return {
    ...real,
    checkpoint: (m: Mem, point: number) => {
      (point === real.CHECKPOINT.stopped ? hook.stopped : hook.at)(m, point);
      return 0;
    },
  };
}
