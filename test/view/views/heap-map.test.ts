/** The heap map in a browser. */
import { describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { MAP_STATES } from '../../../src/inspect/heap-map-form.ts';
import { decodeSnapshot } from '../../../src/report/heap-map-decode.ts';
import { factsOf, modelOf } from '../../../src/view/heap-map-model.ts';
import { canvasColors, rowsOf, seriousViolations, settled, useBrowser } from '../../support/browser.ts';
import { COLOR, recordRun } from '../../support/recorded-run.ts';

const { openReport } = useBrowser();

const { text, document } = await recordRun();
const { heapMap } = document;

const GRID = '#heap-map canvas >> nth=0';

async function choose(page: Page, index: number): Promise<void> {
  await page.locator('#heap-map').getByLabel('Moment', { exact: true }).fill(String(index));
  await settled(page);
}

describe('the heap map', () => {
  it('has the pages of each state of the snapshot that is chosen', async () => {
    const { page, close } = await openReport([{ name: 'run', text }]);
    const seen = new Set<string>();
    for (const [index, snapshot] of heapMap.snapshots.entries()) {
      if (index > 8 && index < heapMap.snapshots.length - 1) continue;
      await choose(page, index);
      const { spans } = await decodeSnapshot(heapMap, snapshot);
      const pages = new Map<string, number>();
      spans.state.forEach((state, row) => pages.set(MAP_STATES[state], (pages.get(MAP_STATES[state]) ?? 0) + spans.pages[row]));
      await expect.poll(async () => new Map((await rowsOf(page, 'Pages by state')).map(([state, , n]) => [state, Number(n.replaceAll(',', ''))]))).toEqual(pages);
      for (const state of pages.keys()) seen.add(state);
    }
    expect(seen).toContain('in use');
    expect(seen).toContain('stack');
    await close();
  });

  it('draws each page in the colour of its state', async () => {
    const { page, close } = await openReport([{ name: 'run', text }], { colorScheme: 'light' });
    await choose(page, heapMap.snapshots.length - 1);
    await expect.poll(async () => (await canvasColors(page, GRID)).get(COLOR.violet) ?? 0).toBeGreaterThan(0);
    const colors = await canvasColors(page, GRID);
    const table = new Map((await rowsOf(page, 'Pages by state')).map(([state, , n]) => [state, Number(n.replaceAll(',', ''))]));
    // A page is as large as any other.
    const perPage = colors.get(COLOR.blue)! / table.get('in use')!;
    expect(colors.get(COLOR.violet)! / table.get('stack')! / perPage).toBeCloseTo(1, 0);
    await page.locator('#heap-map').getByLabel('Colour by').selectOption('occupancy');
    await settled(page);
    expect((await canvasColors(page, GRID)).get(COLOR.violet) ?? 0).toBe(0);
    await close();
  });

  it('opens a span with its blocks by a click and by the keyboard', async () => {
    const { page, close } = await openReport([{ name: 'run', text }]);
    const index = heapMap.snapshots.findLastIndex(({ moment }) => moment === 'marked');
    const model = modelOf(await decodeSnapshot(heapMap, heapMap.snapshots[index]));
    const row = model.map.spans.sizeclass.findIndex((sizeclass, at) => heapMap.classes[sizeclass].blocks > 64 && model.map.firstByte[at] >= 0);
    const { firstPage, blocks, allocated, marked } = factsOf(model, heapMap, row);
    await choose(page, index);
    const grid = page.locator(GRID);
    await grid.focus();
    await page.keyboard.press('Home');
    for (let i = 0; i < firstPage; i++) await page.keyboard.press('ArrowRight');
    expect(await page.locator('#heap-map output').textContent()).toContain(`${allocated} of ${blocks} allocated`);
    await page.keyboard.press('Enter');
    const opened = page.getByRole('group', { name: 'The open span' });
    expect(await opened.textContent()).toContain(`${marked} marked`);
    await opened.getByRole('button', { name: `Show all ${blocks}` }).click();
    const states = (await rowsOf(page, 'Blocks')).map(([, , state]) => state);
    expect(states).toHaveLength(blocks);
    expect(states.filter((state) => state === 'marked')).toHaveLength(marked);
    expect(states.filter((state) => state !== 'free')).toHaveLength(allocated);
    await opened.getByRole('button', { name: 'Close' }).click();
    await grid.click({ position: { x: 2, y: 2 } });
    expect(await page.getByRole('heading', { name: /^The span of page/ }).textContent()).toContain('0');
    await close();
  });

  it('says why a snapshot is not shown', async () => {
    const broken = { ...document, heapMap: { ...heapMap, snapshots: [{ ...heapMap.snapshots[0], pages: 'AAAA' }] } };
    const { page, close } = await openReport([{ name: '</script><b>', document: broken }]);
    expect(await page.getByRole('alert').textContent()).toMatch(/^This snapshot can't be shown: /);
    await close();
  });

  it.each([360, 1280, 2560])('fits into %i pixels and passes axe', async (width) => {
    const { page, close } = await openReport([{ name: 'run', text }], { viewport: { width, height: 900 } });
    await page.locator(GRID).click({ position: { x: 40, y: 2 } });
    await settled(page);
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    expect(await seriousViolations(page, '#heap-map')).toEqual([]);
    await close();
  });

  it('passes axe in the dark', async () => {
    const { page, close } = await openReport([{ name: 'run', text }], { colorScheme: 'dark' });
    expect(await seriousViolations(page, '#heap-map')).toEqual([]);
    await close();
  });
});
