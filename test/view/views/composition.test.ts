/** The view of a heap's composition in a browser. */
import { describe, expect, it } from 'vitest';
import { compose } from '../../../src/report/compose.ts';
import type { HeapGraph } from '../../../src/workloads/heaps/image.ts';
import { graphOf } from '../../composition/random-graph.ts';
import { canvasColors, rowsOf, seriousViolations, settled, useBrowser } from '../../support/browser.ts';
import { sweepgen } from '../../support/in-process.ts';

const { openReport } = useBrowser();

type Page = import('playwright-core').Page;

/** Root 0 holds a list of 3 strings (1 to 3), and a cache (4) that holds 20 entries. One object is garbage. */
const SIZES = [16, 100, 100, 100, 800, ...Array.from({ length: 20 }, (_, i) => 50 + i), 64];
const EVIL = '</script><img src=x onerror=alert(1)>\u202e\n"&lt;';
const graph: HeapGraph = {
  ...graphOf(SIZES, [[0, 1], [1, 2], [2, 3], [0, 4], ...Array.from({ length: 20 }, (_, i) => [4, 5 + i] as const)], [0]),
  labels: {
    by: 'class', groups: ['Root', EVIL, 'Cache', 'Entry'], groupOf: Uint32Array.from(SIZES, (_, i) => [0, 1, 1, 1, 2][i] ?? 3),
    idOf: (i) => `0x${(0x1000 + 16 * i).toString(16)}`, find: () => undefined, nameOf: (i) => (i === 4 ? EVIL : undefined),
    edgeName: (edge) => `field${edge}`, rootName: () => EVIL,
  },
};
const made = {
  schema: 1, command: 'heap', heap: { name: 'a heap', objects: graph.objects, edges: graph.edges, bytes: graph.bytes }, composition: compose(graph, 'a heap'),
};

const trail = (page: Page): Promise<string | null> => page.getByRole('navigation', { name: 'Open tiles' }).textContent();
const line = (page: Page): Promise<string | null> => page.getByRole('status').textContent();

/** Moves to the outer tile whose description holds `text`. */
async function moveTo(page: Page, text: string): Promise<void> {
  const treemap = page.locator('canvas.treemap');
  await treemap.focus();
  for (const key of ['Home', ...Array.from({ length: 30 }, () => ['ArrowRight', 'ArrowDown', 'ArrowLeft', 'ArrowUp']).flat()]) {
    await page.keyboard.press(key);
    await settled(page);
    if ((await line(page))!.includes(text)) return;
  }
  throw new Error(`no tile of ${text} was reached`);
}

describe('the view of a composition', () => {
  it('lists groups and retainers with their sizes', async () => {
    const { page, close } = await openReport([{ name: 'a', document: made }]);
    const retainers = await rowsOf(page, 'Largest retainers');
    expect(retainers[0]).toEqual(['0x1000', 'Root', '16 B', '2.25 KB', '100 %', '25']);
    expect(retainers[1].slice(0, 1)).toEqual(['0x1040']);
    expect(retainers[1].slice(2)).toEqual(['800 B', '1.94 KB', '86 %', '21']);
    expect((await rowsOf(page, 'Classes')).map(([name, ...figures]) => [name.startsWith('</script>') ? 'evil' : name, ...figures])).toEqual([
      ['Entry', '20', '1.16 KB', '52 %', '1.16 KB'], ['Cache', '1', '800 B', '35 %', '1.94 KB'], ['evil', '3', '300 B', '13 %', '300 B'], ['Root', '1', '16 B', '1 %', '2.25 KB'],
    ]);
    expect(await page.locator('.facts').first().textContent()).toContain('64 B in 1 object that no root reaches');
    await close();
  });

  it('opens a tile by a click, shows the path to an object, and goes back by its trail', async () => {
    const { page, close } = await openReport([{ name: 'a', document: made }]);
    await page.getByRole('radio', { name: 'Retainers' }).check();
    await settled(page);
    expect(await trail(page)).toBe('a heap');
    // The largest tile begins at the top left: the cache, in the root.
    await page.locator('canvas.treemap').click({ position: { x: 20, y: 5 } });
    await settled(page);
    expect(await trail(page)).toMatch(/^a heap › (Root › )?Cache/);
    const path = page.getByRole('region', { name: 'Chosen object' }).locator('.path li');
    expect(await path.allTextContents()).toEqual([
      expect.stringMatching(/^root <\/script><img .*\\u202e.* → 0x1000 Root$/), expect.stringMatching(/^field1 → 0x1040 Cache <\/script>/),
    ]);
    await page.getByRole('navigation', { name: 'Open tiles' }).getByRole('button', { name: 'a heap' }).click();
    expect(await trail(page)).toBe('a heap');
    expect(await page.locator('img').count()).toBe(0);
    await close();
  });

  it('is worked by the keyboard alone', async () => {
    const { page, close } = await openReport([{ name: 'a', document: made }]);
    await moveTo(page, 'Cache: 800 B');
    await moveTo(page, 'Entry: 1.16 KB');
    await page.keyboard.press('Enter');
    await settled(page);
    expect(await trail(page)).toBe('a heap › Entry');
    await moveTo(page, '0x1180');
    await page.keyboard.press('Enter');
    await settled(page);
    expect(await page.getByRole('heading', { name: '0x1180 Entry' }).count()).toBe(1);
    await page.locator('canvas.treemap').focus();
    await page.keyboard.press('Escape');
    expect(await trail(page)).toBe('a heap');
    await close();
  });

  it('gives tiles the area of their own or their retained bytes', async () => {
    /** Returns the pixels of the most frequent colours. */
    async function areas(tiles: string): Promise<number[]> {
      const { page, close } = await openReport([{ name: 'a', document: made }], { colorScheme: 'light' });
      await page.getByRole('radio', { name: tiles }).check();
      await settled(page);
      const colors = [...(await canvasColors(page, 'canvas.treemap')).values()].sort((a, b) => b - a);
      expect((await page.locator('section').textContent())!.includes('may overlap')).toBe(tiles.includes('retained'));
      await close();
      return colors.slice(0, 4);
    }
    const [own, retained] = [await areas('Classes, own bytes'), await areas('Classes, retained bytes')];
    // The cache is one tile of 800 of 2,288 bytes, and of 1,990 of 5,800.
    for (const [shares, expected] of [[own, 800 / 2288], [retained, 1990 / 5800]] as const) {
      expect(shares.some((pixels) => Math.abs(pixels / (1248 * 524) - expected) < 0.05)).toBe(true);
    }
    expect(retained).not.toEqual(own);
  });

  it('finds objects by name or address, and follows the path and the retainer of each', async () => {
    const { page, close } = await openReport([{ name: 'a', document: made }]);
    await page.getByRole('searchbox').fill('0x1030');
    const found = await rowsOf(page, 'Largest retainers');
    expect(found.map(([id]) => id)).toEqual(['0x1030']);
    await page.getByRole('button', { name: '0x1030' }).click();
    const chosen = page.getByRole('region', { name: 'Chosen object' });
    expect(await chosen.locator('.path li').count()).toBe(4);
    await chosen.locator('.facts').getByRole('button').click();
    expect(await chosen.getByRole('heading', { level: 3 }).textContent()).toContain('0x1020');
    await page.getByRole('searchbox').fill('ENTRY');
    expect(await rowsOf(page, 'Largest retainers')).toHaveLength(12);
    await close();
  });

  it.each([[360, 'dark'], [2560, 'light']] as const)('fits a window of %i pixels, %s, without serious violations', async (width, colorScheme) => {
    const { page, close } = await openReport([{ name: 'a', document: made }], { viewport: { width, height: 800 }, colorScheme });
    await page.getByRole('radio', { name: 'Retainers' }).check();
    await page.getByRole('button', { name: '0x1040' }).first().click();
    await settled(page);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    expect(await seriousViolations(page, 'section')).toEqual([]);
    await close();
  });

  it('says so when no root reaches any object', async () => {
    const { page, close } = await openReport([{ name: 'x', document: { ...made, composition: compose(graphOf([16, 32], [[0, 1]], []), 'empty') } }]);
    expect(await page.locator('section').textContent()).toContain('empty: no root reaches any object; 48 B in 2 objects wait for the next sweep.');
    expect(await page.locator('canvas').count()).toBe(0);
    await close();
  });

  it('chooses between the heaps of several documents', async () => {
    const other = { ...made, composition: { ...made.composition, name: 'another heap', bytes: 0, objects: 0 } };
    const { page, close } = await openReport([{ name: 'a', document: made }, { name: 'b', document: other }]);
    await page.getByRole('combobox', { name: /^Heap/ }).selectOption('another heap');
    expect(await page.locator('.facts').first().textContent()).toContain('another heap');
    await close();
  });
});

describe('a composition is recorded by', () => {
  it.each([
    ['heap tree --objects 2000', 'tree'], ['scale tree --objects 2000 --procs 1 --runs 2', 'tree'],
    ['scale tree --objects 2000 --procs 1 --runs 2 --vary workbuf=64,256', 'tree'],
    ['run churn --set count=20000', 'churn'], ['run --heap test/fixtures/go-dumps/go1.4-everything.heapdump.gz', 'go1.4-everything'],
  ])('%s', async (words, name) => {
    const { code, out, err } = await sweepgen([...words.split(' '), '--json', '--record']);
    expect([code, err]).toEqual([0, '']);
    const { page, close } = await openReport([{ name: words, text: out }]);
    expect(await page.locator('[data-view=composition] .facts').first().textContent()).toContain(name);
    await close();
  });
});
