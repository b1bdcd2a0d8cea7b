/** The views of the heap in a browser: over time, and its map. */
import { describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { MAP_STATES } from '../../src/inspect/heap-map-form.ts';
import { decodeSnapshot } from '../../src/report/heap-map-decode.ts';
import type { HeapMapField } from '../../src/report/heap-map.ts';
import type { History } from '../../src/report/history.ts';
import { percentile, utilizationOf } from '../../src/report/mmu.ts';
import { formatNs } from '../../src/base/units.ts';
import { factsOf, modelOf } from '../../src/view/heap-map-model.ts';
import { canvasColors, seriousViolations, settled, useBrowser } from '../support/browser.ts';
import { sweepgen } from '../support/in-process.ts';

const { openReport } = useBrowser();

const text = (await sweepgen(['run', 'churn', '--set', 'count=400000', '--set', 'ring=3000', '--procs', '2', '--gogc', '50', '--json', '--record'])).out;
const document = JSON.parse(text) as { readonly heapMap: HeapMapField; readonly history: History };
const { heapMap, history } = document;

const GRID = '#heap-map canvas >> nth=0';
/** Colours of style.css in the light theme, as canvasColors names them. */
const COLOR = { inUse: '8,96,200', stack: '130,80,223', free: '209,217,224', bad: '193,36,44', good: '26,127,55' };

async function rows(page: Page, caption: string): Promise<string[][]> {
  return page.getByRole('table', { name: caption }).locator('tbody tr').evaluateAll((all) => all.map((row) => [...row.querySelectorAll('td')].map((cell) => cell.textContent!)));
}

async function choose(page: Page, index: number): Promise<void> {
  await page.locator('#heap-map').getByLabel('Moment', { exact: true }).fill(String(index));
  await settled(page);
}

describe('the view of the heap over time', () => {
  it('has the percentiles of the pauses and the MMU as numbers', async () => {
    const { page, close } = await openReport([{ name: 'run', text }]);
    const { durationNs } = history.pauses;
    expect(await rows(page, 'Percentiles of the pauses')).toEqual([0.5, 0.9, 0.99, 1].map((share) => [share === 1 ? 'all' : `${share * 100} %`, formatNs(percentile(durationNs, share))]));
    const mmu = await rows(page, 'Minimum mutator utilization');
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
    for (const color of [COLOR.inUse, COLOR.good, COLOR.bad, COLOR.stack]) expect(colors.get(color) ?? 0).toBeGreaterThan(20);
    // The bars of the pauses are in the lower part only.
    const box = (await page.locator(canvas).boundingBox())!;
    expect((await canvasColors(page, canvas, { x: 0, y: 0, width: box.width, height: 260 })).get(COLOR.bad) ?? 0).toBe(0);
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
});

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
      await expect.poll(async () => new Map((await rows(page, 'Pages by state')).map(([state, , n]) => [state, Number(n.replaceAll(',', ''))]))).toEqual(pages);
      for (const state of pages.keys()) seen.add(state);
    }
    expect(seen).toContain('in use');
    expect(seen).toContain('stack');
    await close();
  });

  it('draws each page in the colour of its state', async () => {
    const { page, close } = await openReport([{ name: 'run', text }], { colorScheme: 'light' });
    await choose(page, heapMap.snapshots.length - 1);
    await expect.poll(async () => (await canvasColors(page, GRID)).get(COLOR.stack) ?? 0).toBeGreaterThan(0);
    const colors = await canvasColors(page, GRID);
    const table = new Map((await rows(page, 'Pages by state')).map(([state, , n]) => [state, Number(n.replaceAll(',', ''))]));
    // A page is as large as any other.
    const perPage = colors.get(COLOR.inUse)! / table.get('in use')!;
    expect(colors.get(COLOR.stack)! / table.get('stack')! / perPage).toBeCloseTo(1, 0);
    await page.locator('#heap-map').getByLabel('Colour by').selectOption('occupancy');
    await settled(page);
    expect((await canvasColors(page, GRID)).get(COLOR.stack) ?? 0).toBe(0);
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
    const states = (await rows(page, 'Blocks')).map(([, , state]) => state);
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
});

describe('both views of the heap', () => {
  it.each([360, 1280, 2560])('fit into %i pixels and pass axe', async (width) => {
    const { page, close } = await openReport([{ name: 'run', text }], { viewport: { width, height: 900 } });
    await page.locator(GRID).click({ position: { x: 40, y: 2 } });
    await page.locator('#heap-over-time summary').click();
    await settled(page);
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    for (const selector of ['#heap-over-time', '#heap-map']) expect(await seriousViolations(page, selector)).toEqual([]);
    await close();
  });

  it('pass axe in the dark', async () => {
    const { page, close } = await openReport([{ name: 'run', text }], { colorScheme: 'dark' });
    for (const selector of ['#heap-over-time', '#heap-map']) expect(await seriousViolations(page, selector)).toEqual([]);
    await close();
  });
});
