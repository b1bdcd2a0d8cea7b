/** The frame of the page in a browser, around documents of real commands. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { reportHtml } from '../../src/report/html.ts';
import { seriousViolations, useBrowser } from '../support/browser.ts';
import { sweepgen } from '../support/in-process.ts';

const { openFile, openReport } = useBrowser();

const { out } = await sweepgen(['scale', 'tree', '--objects', '2000', '--procs', '1,2', '--runs', '6', '--json']);
const measured = { name: 'tree.json', text: out };

describe('the report', () => {
  it.each([[360, 'light'], [1280, 'dark'], [2560, 'light']] as const)('fits a window of %i pixels, with %s colours', async (width, colorScheme) => {
    const { page, close } = await openReport([measured], { viewport: { width, height: 800 }, colorScheme });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    expect(await seriousViolations(page)).toEqual([]);
    await close();
  });

  it('follows its own switch of colours', async () => {
    const { page, close } = await openReport([measured], { colorScheme: 'light' });
    const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    expect(await paper()).toBe('rgb(255, 255, 255)');
    await page.getByLabel('Colours').selectOption('dark');
    expect(await paper()).toBe('rgb(13, 17, 23)');
    await page.emulateMedia({ media: 'print' });
    expect(await paper()).toBe('rgb(255, 255, 255)');
    await close();
  });

  it('fits a sheet of paper', async () => {
    const { out: text } = await sweepgen(['scale', 'tree', '--objects', '2000', '--procs', '4', '--runs', '2', '--json', '--record']);
    const { page, close } = await openReport([{ name: 'recorded', text }], { viewport: { width: 794, height: 1123 } });
    await page.emulateMedia({ media: 'print' });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(794);
    await close();
  });

  it('shows hostile names and titles as text', async () => {
    const hostile = '</script><img src=x onerror=alert(1)>\u202e"\'&lt;';
    const document = JSON.parse(measured.text);
    document.heap.name = hostile;
    const { page, close } = await openReport([{ name: hostile, document }, { name: 'other', document }], { title: hostile });
    expect(await page.locator('h1').textContent()).toBe(hostile);
    expect(await page.title()).toContain('<img src=x');
    expect(await page.locator('img').count()).toBe(0);
    expect(await page.locator('section td').first().textContent()).toContain(hostile);
    await close();
  });

  it('is reached by the keyboard alone', async () => {
    const { page, close } = await openReport([measured]);
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement!.textContent)).toBe('Skip to the views');
    await page.keyboard.press('Enter');
    expect(await page.evaluate(() => document.activeElement!.id)).toBe('views');
    await close();
  });

  it('draws the other views when one of them fails', async () => {
    const broken = JSON.parse(measured.text);
    // The schema would refuse it.
    broken.timeline = { name: 'broken', clock: 'measured', endNs: 1, kinds: [], lanes: [{ name: 'M0' }], flows: [], counters: [], dropped: 0 };
    const { page, problems } = await openReport([{ name: 'broken', document: broken }]);
    expect(await page.locator('[data-view="timeline"]').textContent()).toContain('This view could not be drawn');
    expect(await page.locator('[data-view="scaling"] table').count()).toBeGreaterThan(0);
    expect(problems.length).toBeGreaterThan(0);
  });

  it('loads itself again if it is to be refreshed, until a page that stays', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sweepgen-refresh-'));
    const file = join(folder, 'page.html');
    const write = (title: string, refreshSeconds?: number) => writeFileSync(file, [...reportHtml({ title, version: '0', made: new Date(0), refreshSeconds }, [measured])].join(''));
    write('first', 1);
    const { page, close } = await openFile(file);
    expect(await page.title()).toBe('first');
    write('last');
    await page.waitForFunction(() => document.title === 'last');
    expect(await page.locator('meta[http-equiv="refresh"]').count()).toBe(0);
    await close();
    rmSync(folder, { recursive: true });
  });

  it('says so when the documents hold nothing to draw', async () => {
    const { out: text } = await sweepgen(['sequence', '--count', '10', '--json']);
    const { page, close } = await openReport([{ name: 'sequence', text }]);
    expect(await page.locator('main').textContent()).toBe('None of these documents holds anything to draw.');
    await close();
  });
});
