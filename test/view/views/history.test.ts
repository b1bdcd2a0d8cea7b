/** The view of the heap over time in a browser. */
import { describe, expect, it } from 'vitest';
import { percentile, utilizationOf } from '../../../src/report/mmu.ts';
import { formatNs } from '../../../src/base/units.ts';
import { canvasColors, rowsOf, seriousViolations, settled, useBrowser } from '../../support/browser.ts';
import { COLOR, recordRun } from '../../support/recorded-run.ts';

const { openReport } = useBrowser();

const { text, document: { history } } = await recordRun();

/** How far the channels of a pixel may be from a colour: the edge of a thin line is lighter. */
const NEAR = 40;

/** Returns the number of pixels of about that colour. */
function near(colors: ReadonlyMap<string, number>, color: string): number {
  const wanted = color.split(',').map(Number);
  return [...colors].reduce((sum, [each, n]) => sum + (each.split(',').every((channel, i) => Math.abs(Number(channel) - wanted[i]) <= NEAR) ? n : 0), 0);
}

describe('the view of the heap over time', () => {
  it('has the percentiles of the pauses and the MMU as numbers', async () => {
    const { page, close } = await openReport([{ name: 'run', text }]);
    const { durationNs } = history.pauses;
    expect(await rowsOf(page, 'Percentiles of the pauses')).toEqual([0.5, 0.9, 0.99, 1].map((share) => [share === 1 ? 'all' : `${share * 100} %`, formatNs(percentile(durationNs, share))]));
    const mmu = await rowsOf(page, 'Minimum mutator utilization');
    expect(mmu[0][0]).toBe('1.00 ms');
    expect(mmu.at(-1)![0]).toBe(`the run, ${formatNs(history.endNs)}`);
    expect(Number.parseFloat(mmu.at(-1)![1])).toBeCloseTo(100 * utilizationOf({ ...history.pauses, endNs: history.endNs }, history.endNs), 0);
    await close();
  });

  it('draws each curve and the pauses, and shows the values at the cursor', async () => {
    const { page, close } = await openReport([{ name: 'run', text }], { colorScheme: 'light' });
    await settled(page);
    const canvas = '#heap-over-time canvas >> nth=0';
    const colors = await canvasColors(page, canvas);
    for (const color of [COLOR.blue, COLOR.green, COLOR.red, COLOR.violet]) expect(near(colors, color)).toBeGreaterThan(20);
    // The bars of the pauses are in the lower part only. Where curves cross, single pixels look red, but a bar would be many.
    const box = (await page.locator(canvas).boundingBox())!;
    const upperPart = await canvasColors(page, canvas, { x: 0, y: 0, width: box.width, height: 260 });
    expect(upperPart.get(COLOR.red) ?? 0).toBe(0);
    expect(near(upperPart, COLOR.red)).toBeLessThan(history.pauses.durationNs.length);
    const at = page.getByRole('list', { name: 'Curves' });
    await page.locator('#heap-over-time').getByLabel('Moment').fill('0');
    expect(await at.textContent()).toContain(`at ${formatNs(history.samples.atNs[0])}`);
    expect(await at.textContent()).toContain('live –');
    await page.locator(canvas).hover({ position: { x: box.width - 12, y: 100 } });
    expect(await at.textContent()).not.toContain('live –');
    await close();
  });

  it('compares runs, and shows the curves of one', async () => {
    const { page, close } = await openReport([{ name: 'a', text }, { name: 'b', text }]);
    const section = page.locator('#heap-over-time');
    expect(await section.getByLabel('Document').locator('option').allTextContents()).toEqual(['a', 'b']);
    await section.getByLabel('Document').selectOption('b');
    await settled(page);
    await close();
  });

  it.each([360, 1280, 2560])('fits into %i pixels and passes axe', async (width) => {
    const { page, close } = await openReport([{ name: 'run', text }], { viewport: { width, height: 900 } });
    await page.locator('#heap-over-time summary').click();
    await settled(page);
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    expect(await seriousViolations(page, '#heap-over-time')).toEqual([]);
    await close();
  });

  it('passes axe in the dark', async () => {
    const { page, close } = await openReport([{ name: 'run', text }], { colorScheme: 'dark' });
    expect(await seriousViolations(page, '#heap-over-time')).toEqual([]);
    await close();
  });
});
