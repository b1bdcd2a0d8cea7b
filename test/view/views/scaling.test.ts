/** The view of scaling in a browser. */
import { describe, expect, it } from 'vitest';
import { canvasColors, rowsOf, settled, useBrowser } from '../../support/browser.ts';
import { sweepgen } from '../../support/in-process.ts';

const { openReport } = useBrowser();

const heap = ['tree', '--objects', '2000'];
/** As if on four cores: laws are fitted to no more threads than that. */
const measured = JSON.stringify({ ...JSON.parse((await sweepgen(['scale', ...heap, '--procs', '1,2,3', '--runs', '6', '--json'])).out) as object, cores: 4 });
const predicted = (await sweepgen(['scale', ...heap, '--model', '1,2,4,16', '--json'])).out;
const varied = (await sweepgen(['scale', ...heap, '--procs', '1,2', '--runs', '2', '--vary', 'workbuf=64,256', '--json'])).out;

describe('the view of scaling', () => {
  it('lays a prediction over the measurement, each with its laws', async () => {
    const { page, close } = await openReport([{ name: 'a.json', text: measured }, { name: 'b.json', text: predicted }]);
    const points = await rowsOf(page, 'Measured and predicted points');
    expect(points.map(([name, threads]) => [name.includes('model of'), threads])).toEqual([
      ...['1', '2', '3'].map((threads) => [false, threads]),
      ...['1', '2', '4', '16'].map((threads) => [true, threads]),
    ]);
    expect((await rowsOf(page, 'Fitted laws')).map(([, law]) => law)).toEqual(['Amdahl', 'USL', 'Amdahl', 'USL']);
    await close();
  });

  it('draws each series in its colour, and laws when asked', async () => {
    const { page, close } = await openReport([{ name: 'a.json', text: measured }, { name: 'b.json', text: predicted }], { colorScheme: 'light' });
    const speedup = '.chart:nth-of-type(1) canvas >> nth=1';
    await settled(page);
    const before = await canvasColors(page, speedup);
    // --c1 and --c2
    for (const color of ['8,96,200', '179,89,0']) expect(before.get(color) ?? 0).toBeGreaterThan(20);
    await page.getByRole('checkbox', { name: 'Fitted laws' }).click();
    await settled(page);
    const after = await canvasColors(page, speedup);
    expect(after.get('8,96,200')).toBeLessThan(before.get('8,96,200')!);
    await close();
  });

  it('switches between linear and logarithmic axes', async () => {
    const { page, close } = await openReport([{ name: 'b.json', text: predicted }]);
    const box = page.getByLabel('Logarithmic axes');
    expect(await box.isChecked()).toBe(true);
    const before = await page.locator('.chart canvas').first().evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL());
    await box.click();
    await settled(page);
    expect(await page.locator('.chart canvas').first().evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL())).not.toBe(before);
    await close();
  });

  it('shows one series for each value of a varied setting', async () => {
    const { page, close } = await openReport([{ name: 'v.json', text: varied }]);
    expect(new Set((await rowsOf(page, 'Measured and predicted points')).map(([name]) => name))).toEqual(new Set(['workbuf 64', 'workbuf 256']));
    expect(await page.locator('section').textContent()).toContain('at least three numbers of threads');
    await close();
  });

  it('sorts its table by a column', async () => {
    const { page, close } = await openReport([{ name: 'a.json', text: measured }]);
    await page.getByRole('button', { name: 'threads', exact: true }).click();
    expect((await rowsOf(page, 'Measured and predicted points')).map(([, threads]) => threads)).toEqual(['3', '2', '1']);
    expect(await page.getByRole('columnheader', { name: 'threads' }).first().getAttribute('aria-sort')).toBe('descending');
    await close();
  });
});
