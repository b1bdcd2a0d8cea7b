/** `scale --model --phase`. */
import { describe, expect, it } from 'vitest';
import { PhasePredictionDocument } from '../../src/report/phase-document.ts';
import { cli } from './fakes.ts';

const SWEEP = 'scale tree --objects 2000 --machine xeon-2 --phase sweep --model 1,2';

describe('scale --model --phase', () => {
  it('predicts a sweep of the heap', async () => {
    const { code, out, started } = await cli(SWEEP);
    expect([code, started]).toEqual([0, []]);
    expect(out).toMatch(/^tree-2000: 2,047 objects, .* a sweep predicted for xeon-2\n/);
    expect(out).toMatch(/\n\nthreads +sweep time +speedup +GB\/s .*\n +1 .*\n +2 .*\n/);
  });

  it('predicts stopping the world, of no heap, with changed costs', async () => {
    const { code, out } = await cli('scale --phase stw --model 2 --machine xeon-2 --what-if wake=0.1 --runs 2 --json');
    expect(code).toBe(0);
    const { heap, results, whatIf } = PhasePredictionDocument.parse(JSON.parse(out));
    expect([heap, results.length]).toEqual([undefined, 1]);
    expect(whatIf![0].changed[0].change).toBeLessThan(-0.3);
  });

  it.each([
    ['scale --phase stw', '--phase stw can only be predicted; add --model'],
    ['scale tree --phase stw --model 2', '--phase stw needs no heap; leave it and --objects out'],
    [`${SWEEP} --why`, '--why is for predictions of marks; leave it out with --phase sweep'],
    [`${SWEEP} --html a.html`, '--html is for predictions of marks; leave it out with --phase sweep'],
    [`${SWEEP} --code javascript`, '--code is for measurements'],
  ])('%s is refused', async (args, sentence) => {
    const { code, err, out } = await cli(args);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(`sweepgen: ${sentence}`);
  });

  it('prints the predictions made so far, and how to go on', async () => {
    // The machine and the first number of threads are asked about before.
    let asked = 0;
    const { code, out, err } = await cli(`${SWEEP},3`, undefined, { isInterrupted: () => asked++ > 1 });
    expect(code).toBe(130);
    expect(out).toMatch(/\n +1 +/);
    expect(err).toMatch(/go on with: sweepgen scale tree .*--model [23]/);
  });
});
