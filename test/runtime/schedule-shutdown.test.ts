/** The end of a machine. */
import { describe, it } from 'vitest';
import { runOnThreads } from '../support/core-threads.ts';
import { seeds } from '../support/nightly.ts';

describe('the end of the main goroutine', () => {
  it.each([2, 3, 4])('ends a machine of %i Ps while another goroutine collects', async (procs) => {
    for (let run = 0; run < seeds(1, 6); run++) {
      await runOnThreads('endWhileCollecting', { shape: { procs, arenaPages: 1024, gctrace: false }, args: [5 + 7 * run], limitMs: 8000 });
    }
  });
});
