/** The kill table in a browser. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { failureOf } from '../../explore/slices.ts';
import { seriousViolations, useBrowser } from '../../support/browser.ts';
import { sweepgen } from '../../support/in-process.ts';

const { openReport } = useBrowser();

const HOSTILE = '</script><img src=x onerror=alert(1)>\u202e';
const search = (seed: number, executions: number, key?: string) => ({ seed, executions, seconds: executions / 100, failure: key === undefined ? null : failureOf(key) });

function mutant(name: string, file: string, killed: boolean | null, searches: readonly ReturnType<typeof search>[], lost = '') {
  return { mutant: name, file, history: 'Go 1.3; and more', breaks: `${name} breaks it`, killed, lost, executions: searches[0]?.executions ?? null, seconds: searches[0]?.seconds ?? null, searches };
}

const document = {
  schema: 1, command: 'mutants', strategy: 'portfolio', monitors: [], seconds: 60,
  mutants: [
    mutant('quick', 'src/sync/lock.ts', true, [search(1, 2, 'locks deadlock'), search(2, 4, 'locks deadlock')]),
    mutant('slow', 'src/gc/mark.ts', true, [search(1, 900, 'mark-bits invariant A'), search(2, 100, `${HOSTILE} B`)]),
    mutant('survivor', 'src/gc/work.ts', false, [search(1, 5000), search(2, 30, 'workbufs invariant C')]),
    mutant('unlucky', 'src/gc/work.ts', null, [], `a worker died of ${HOSTILE}`),
  ],
};

async function names(page: Page): Promise<string[]> {
  return page.getByRole('table', { name: 'Mutants and their searches' }).locator('tbody tr td:first-child').allInnerTexts();
}

describe('the kill table', () => {
  it('has first what was not killed, and sorts by each column', async () => {
    const { page, close } = await openReport([{ name: 'm.json', document }]);
    expect(await page.locator('#mutants .facts').innerText()).toMatch(/2 of 4 mutants killed[^]*6 searches of at most 60 s/);
    expect(await names(page)).toEqual(['survivor', 'unlucky', 'quick', 'slow']);
    const orders = { mutant: ['quick', 'slow', 'survivor', 'unlucky'], module: ['slow', 'survivor', 'unlucky', 'quick'], executions: ['survivor', 'slow', 'quick'], seconds: ['survivor', 'slow', 'quick'] };
    for (const [column, order] of Object.entries(orders)) {
      await page.getByRole('button', { name: column, exact: true }).click();
      expect((await names(page)).filter((name) => order.includes(name)), column).toEqual(order);
    }
    await close();
  });

  it('shows a dot for each search, and a ring for one that found nothing', async () => {
    const { page, close } = await openReport([{ name: 'm.json', document }]);
    const strips = page.locator('svg.strip');
    expect(await strips.nth(0).locator('circle').count()).toBe(2);
    expect(await strips.nth(0).locator('circle.missed').count()).toBe(1);
    expect(await strips.nth(0).getAttribute('aria-label')).toBe('Executions of each search: 5,000, not found; 30');
    const at = await strips.locator('circle').evaluateAll((all) => all.map((circle) => Number(circle.getAttribute('cx'))));
    // 5,000, 30; 2, 4; 900, 100: the logarithm keeps their order.
    expect(at.map((_, i) => i).toSorted((a, b) => at[a] - at[b])).toEqual([2, 3, 1, 5, 4, 0]);
    await close();
  });

  it('shows only mutants with some words, and the searches of one that is chosen', async () => {
    const { page, close } = await openReport([{ name: 'm.json', document }]);
    await page.getByLabel('Only with').fill('GC/');
    expect(await names(page)).toEqual(['survivor', 'unlucky', 'slow']);
    await page.getByRole('button', { name: 'slow', exact: true }).click();
    expect(await page.locator('.details').innerText()).toContain('slow breaks it');
    const rows = await page.getByRole('table', { name: 'Searches for slow' }).locator('tbody tr').allInnerTexts();
    expect(rows).toHaveLength(2);
    expect(rows[1]).toContain(HOSTILE);
    expect(await page.locator('img').count()).toBe(0);
    await close();
  });

  it('is made of the document of the command', async () => {
    const { out } = await sweepgen(['mutants', 'mark-load-or-store', '--seeds', '2', '--seconds', '30', '--monitors', 'none', '--json']);
    const { page, close } = await openReport([{ name: 'm.json', text: out }]);
    expect(await page.locator('#mutants .facts').innerText()).toContain('1 of 1 mutant killed');
    expect(await names(page)).toEqual(['mark-load-or-store']);
    await close();
  });

  it.each([[360, 'light'], [1280, 'dark'], [2560, 'light']] as const)('fits a window of %i pixels with %s colours, and axe finds nothing serious', async (width, colorScheme) => {
    const { page, close } = await openReport([{ name: 'm.json', document }], { viewport: { width, height: 800 }, colorScheme });
    await page.getByRole('button', { name: 'survivor', exact: true }).click();
    expect(await page.evaluate(() => globalThis.document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    expect(await seriousViolations(page)).toEqual([]);
    await close();
  });
});
