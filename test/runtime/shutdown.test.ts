import { test } from 'vitest';
import { runOnThreads } from '../support/core-threads.ts';

test.each([2, 3, 4])('a machine of %i Ps ends though another goroutine collects when the main one is done', async (procs) => {
  for (let run = 0; run < 6; run++) {
    await runOnThreads('endWhileCollecting', { shape: { procs, arenaPages: 1024, gctrace: false }, args: [5 + 7 * run], limitMs: 8000 });
  }
});
