/** Litmus tests in a browser. */
import { describe, expect, it } from 'vitest';
import { rowsOf, seriousViolations, useBrowser } from '../../support/browser.ts';
import { sweepgen } from '../../support/in-process.ts';

const { openReport } = useBrowser();

const HOSTILE = '</script><img src=x onerror=alert(1)>';
const text = (await sweepgen(['litmus', 'SB', 'MP+atomic', 'LB', '--rounds', '2000', '--json'])).out;

/** As the document, but LB contradicts the specification. */
function contradicting() {
  const document = JSON.parse(text);
  document.tests[2].disagreements = [{ kind: 'seen', memory: 'js', result: document.tests[2].results[0].result }];
  document.tests[2].about = HOSTILE;
  return { name: 'l.json', document };
}

describe('the view of litmus tests', () => {
  it('has a row for each test, with a verdict for each model, and the words explained that occur', async () => {
    const { page, close } = await openReport([{ name: 'l.json', text }]);
    const rows = await rowsOf(page, 'Litmus tests');
    expect(rows.map((row) => row.slice(0, 5))).toEqual([
      ['SB', 'r0=0 r1=0', 'forbidden', 'reached', 'reached'],
      ['MP+atomic', 'r0=1 r1=0', 'forbidden', 'forbidden', 'forbidden'],
      ['LB', 'r0=1 r1=1', 'forbidden', 'forbidden', 'allowed'],
    ]);
    for (const [, , , , , seen, rounds] of rows) expect([/^[\d,]+$/.test(seen), Number(rounds.replaceAll(',', '')) >= 2000]).toEqual([true, true]);
    const section = await page.locator('#litmus').innerText();
    expect(section).toContain('no contradiction');
    expect(section).toContain('load buffering');
    expect(section).not.toContain('give it more time');
    await close();
  });

  it('shows the program and all results of a test that is chosen', async () => {
    const { page, close } = await openReport([{ name: 'l.json', text }]);
    await page.getByRole('button', { name: 'SB', exact: true }).click();
    expect(await page.locator('.details pre').innerText()).toBe('0: x = 1; r0 = y\n1: y = 1; r1 = x');
    expect((await rowsOf(page, 'Results of SB')).map(([result]) => result)).toEqual(['r0=0 r1=0', 'r0=0 r1=1', 'r0=1 r1=0', 'r0=1 r1=1']);
    await close();
  });

  it('has a test first that contradicts something, and shows texts as text', async () => {
    const { page, close } = await openReport([contradicting()]);
    expect((await rowsOf(page, 'Litmus tests')).map(([name]) => name)).toEqual(['LB', 'SB', 'MP+atomic']);
    expect(await page.locator('#litmus .facts .bad').innerText()).toBe('1 test with a result that must not be');
    await page.getByRole('button', { name: 'LB', exact: true }).click();
    expect(await page.locator('.details').innerText()).toContain(HOSTILE);
    expect(await page.locator('img').count()).toBe(0);
    await close();
  });

  it.each([[360, 'light'], [1280, 'dark']] as const)('fits a window of %i pixels with %s colours, and axe finds nothing serious', async (width, colorScheme) => {
    const { page, close } = await openReport([contradicting()], { viewport: { width, height: 800 }, colorScheme });
    await page.getByRole('button', { name: 'SB', exact: true }).click();
    expect(await page.evaluate(() => globalThis.document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    expect(await seriousViolations(page)).toEqual([]);
    await close();
  });
});
