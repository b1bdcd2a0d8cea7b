/** The lab mark loop on real threads, checked by the oracle. */
import { describe, expect, it } from 'vitest';
import { sweepgen } from '../support/in-process.ts';

describe('the lab', () => {
  it.each([
    { means: '--policy lab', program: 'binary-trees --set depth=10' },
    { means: '--mark byte --direction backwards', program: 'mixed --set count=3000' },
    { means: '--order fifo --prefetch 63', program: 'binary-trees --set depth=10' },
    { means: '--mark byte --order fifo --split 1', program: 'mixed --set count=3000' },
    { means: '--mark byte --order fifo --direction backwards --split 3 --prefetch 8', program: 'binary-trees --set depth=10' },
  ])('collects $program correctly with $means', async ({ means, program }) => {
    const { code, out, err } = await sweepgen(['run', ...program.split(' '), '--procs', '3', '--gogc', '20', '--gc-every', '200', '--verify', '--json', ...means.split(' ')]);
    expect([code, err]).toEqual([0, '']);
    expect(JSON.parse(out).verified).toBeGreaterThan(2);
  });

  it('compares two ways to mark on equal objects', async () => {
    const { code, out } = await sweepgen(['scale', 'wide', '--objects', '20000', '--procs', '1', '--runs', '2', '--vary', 'mark=cas,byte', '--split', '64', '--verify', '--json']);
    expect(code).toBe(0);
    const { sweep, measurements } = JSON.parse(out);
    expect(sweep).toBe('mark');
    expect(measurements.map(({ settings }: { settings: object }) => settings)).toEqual(['cas', 'byte'].map((mark) => ({ policy: 'lab', mark, split: 64 })));
    // Every allocated object lives, and is marked.
    for (const { results, graph } of measurements) expect(results[0].objects).toBe(graph.objects);
  });
});
