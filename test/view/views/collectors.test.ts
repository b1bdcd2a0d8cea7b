/** A comparison of collectors in a browser. */
import { describe, expect, it } from 'vitest';
import { rowsOf, seriousViolations, useBrowser } from '../../support/browser.ts';
import { sweepgen } from '../../support/in-process.ts';

const { openReport } = useBrowser();

const { out: text } = await sweepgen(['compare', '--collectors', 'bitmap,parallel,concurrent:barrier=hybrid:stacks=once', '--workload', 'churn,binary-trees', '--set', 'count=300000', '--set', 'depth=10', '--rounds', '1', '--procs', '2', '--json']);

describe('the view of collectors', () => {
  it('has a row for each collector, and plots of pauses, utilization and each heap', async () => {
    const { page, close } = await openReport([{ name: 'c.json', text }]);
    const rows = await rowsOf(page, 'Collectors');
    expect(rows.map(([name]) => name)).toEqual(['bitmap', 'parallel', 'concurrent:barrier=hybrid:stacks=once']);
    for (const [, pauses] of rows) expect(Number(pauses)).toBeGreaterThan(0);
    expect(await page.locator('#collectors .chart').count()).toBe(5);
    expect(await page.locator('#collectors .chart canvas').count()).toBe(5);
    expect(await page.locator('#collectors').innerText()).toContain('churn, count 300,000');
    await close();
  });

  it('shows another workload when it is chosen', async () => {
    const { page, close } = await openReport([{ name: 'c.json', text }]);
    await page.locator('#collectors select').selectOption('binary-trees');
    expect(await page.locator('#collectors').innerText()).toContain('binary-trees, depth 10');
    await close();
  });

  it('has nothing to show of a comparison that measured nothing', async () => {
    const document = JSON.parse(text);
    for (const workload of document.workloads) workload.collectors = [];
    const { page, close } = await openReport([{ name: 'c.json', document }]);
    expect(await page.locator('#collectors').count()).toBe(0);
    await close();
  });

  it.each([[360, 'light'], [1280, 'dark']] as const)('fits a window of %i pixels with %s colours, and axe finds nothing serious', async (width, colorScheme) => {
    const { page, close } = await openReport([{ name: 'c.json', text }], { viewport: { width, height: 800 }, colorScheme });
    expect(await page.evaluate(() => globalThis.document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    expect(await seriousViolations(page)).toEqual([]);
    await close();
  });
});
