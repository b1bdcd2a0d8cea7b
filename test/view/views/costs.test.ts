/** The view of a prediction's costs in a browser. */
import { describe, expect, it } from 'vitest';
import { rowsOf, seriousViolations, useBrowser } from '../../support/browser.ts';
import { sweepgen } from '../../support/in-process.ts';

const { openReport } = useBrowser();

const marks = (await sweepgen(['scale', 'tree', '--objects', '2000', '--model', '1,4', '--why', '--what-if', 'miss=0.5,compute=0.5', '--json'])).out;
const stops = (await sweepgen(['scale', '--model', '1,2', '--phase', 'stw', '--json'])).out;
const plain = (await sweepgen(['scale', 'tree', '--objects', '2000', '--model', '1', '--json'])).out;

/** Returns the number of a cell such as "12.5 %". */
function percent(cell: string): number {
  return Number.parseFloat(cell);
}

describe('the view of costs', () => {
  it('shows the critical path, the contended words and the answers of a prediction', async () => {
    const { page, close } = await openReport([{ name: 'a.json', text: marks }]);
    const { explanation, whatIf } = JSON.parse(marks) as { explanation: { path: { parts: { activity: string }[] }; contention: { word: string }[] }; whatIf: { changed: { change: number; isSignificant: boolean }[] }[] };
    const path = await rowsOf(page, 'Critical path of 4 threads');
    expect(path.map(([activity]) => activity)).toEqual(explanation.path.parts.map(({ activity }) => activity).slice(0, path.length));
    // Activities are exclusive, and the causes of a row add up to its share; each cell is rounded.
    expect(path.reduce((sum, row) => sum + percent(row[2]), 0)).toBeCloseTo(100, -1);
    for (const [, , share, ...causes] of path) expect(Math.abs(causes.reduce((sum, cell) => sum + percent(cell), 0) - percent(share))).toBeLessThan(causes.length);
    expect((await rowsOf(page, 'Contended words, 4 threads')).map(([word]) => word)).toEqual(explanation.contention.map(({ word }) => word).slice(0, 12));
    const answers = await rowsOf(page, 'What if: change of the time, by threads');
    expect(answers.map(([question]) => question)).toEqual(['miss × 0.5', 'compute × 0.5', 'miss × 0.5, compute × 0.5']);
    for (const [i, [, ...cells]] of answers.entries()) {
      for (const [n, cell] of cells.entries()) {
        const { change, isSignificant } = whatIf[n].changed[i];
        if (isSignificant) expect(percent(cell)).toBeCloseTo(change * 100, 1);
        else expect(cell).toBe('~');
      }
    }
    expect(await seriousViolations(page)).toEqual([]);
    await close();
  });

  it('shows a phase among the series and what its time is spent on', async () => {
    const { page, close } = await openReport([{ name: 's.json', text: stops }]);
    expect((await rowsOf(page, 'Measured and predicted points')).map(([name, threads]) => [name.split(',')[0], threads])).toEqual([['stw', '1'], ['stw', '2']]);
    const spent = await rowsOf(page, 'What the time of all threads is spent on');
    expect(spent.map(([threads]) => threads)).toEqual(['1', '2']);
    for (const [, , ...causes] of spent) expect(Math.abs(causes.reduce((sum, cell) => sum + percent(cell), 0) - 100)).toBeLessThan(causes.length);
    await close();
  });

  it('is not there for a prediction without explanation', async () => {
    const { page, close } = await openReport([{ name: 'p.json', text: plain }]);
    expect(await page.locator('#costs').count()).toBe(0);
    await close();
  });
});
