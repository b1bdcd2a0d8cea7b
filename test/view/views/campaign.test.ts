/** The view of a campaign in a browser: a real campaign with a planted bug, and one made up. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { EDGES } from '../../../src/rewrite/edges/catalog.ts';
import { failureOf } from '../../explore/slices.ts';
import { madeUp as madeUpPlayer } from '../player/made-up.ts';
import { canvasColors, rowsOf, seriousViolations, settled, useBrowser } from '../../support/browser.ts';
import { sweepgen } from '../../support/in-process.ts';

const { openReport } = useBrowser();

const words = ['fuzz', 'mark-bits', 'lfstack', '--seed', '1', '--executions', '120', '--jobs', '1', '--monitors', 'none', '--json'];
const recorded = { name: 'clean.json', text: (await sweepgen([...words, '--record'])).out };
const plain = { name: 'plain.json', text: (await sweepgen(words)).out };
const explored = { name: 'found.json', text: (await sweepgen(['explore', '--mutant', 'mark-load-or-store', '--seed', '1', '--executions', '500', '--json', '--record'])).out };

const ACCENT = '8,96,200';
const BAD = '193,36,44';
/** CSS pixels from one square to the next. */
const PITCH = 15;
const SQUARES = '.matrix canvas';
const HOSTILE = './</script><img src=x onerror=alert(1)>\u202e\x1b[31m.ts';

/** A campaign of three scenarios and a day, two of whose edges are passed, one missed, and one never reached. */
function madeUp() {
  const document = JSON.parse(recorded.text);
  const [lock, push, pop, retried] = EDGES.slice(0, 4).map((_, i) => i);
  document.campaign.edges = EDGES.slice(0, 5).map(({ name }) => name);
  document.campaign.scenarios = [
    { scenario: 'mark-bits', possible: [lock, push, pop], passed: { edge: [lock], times: [1000], firstSeconds: [60] } },
    { scenario: HOSTILE, possible: null, passed: { edge: [push], times: [0], firstSeconds: [7200] } },
    { scenario: 'lfstack', possible: [lock, pop, retried], passed: { edge: [], times: [], firstSeconds: [] } },
  ];
  document.campaign.series = { atSeconds: [60, 86_400], executions: [10, 5_000_000], distinct: [10, 4_000_000], edges: [1, 2], failures: [0, 1] };
  document.campaign.failures = [{ key: `${HOSTILE} invariant A`, firstSeconds: 7200, executions: 12, times: 3 }];
  document.memories = [{ memory: 'sc', executions: 20 }, { memory: 'js', executions: 100 }];
  document.failures = [failureOf(`${HOSTILE} invariant A`, { shrunk: { line: 'v1:x', preemptions: 1, values: 2, steps: 44, explanation: [], story: [], facts: [], table: [] } })];
  return { name: 'night.json', document };
}

function readout(page: Page): Promise<string> {
  return page.locator('.readout').innerText();
}

describe('the view of a campaign', () => {
  it('shows the course of a real campaign, its scenarios, and the edges that it could have passed', async () => {
    const { page, close } = await openReport([recorded]);
    expect(await page.locator('#campaign .facts').first().innerText()).toMatch(/120 executions in .* a second[^]*2 scenarios[^]*ended after its executions/);
    expect(await page.locator('#campaign').innerText()).toContain('No failure was found.');
    expect((await rowsOf(page, 'Scenarios')).map(([name]) => name)).toEqual(['mark-bits', 'lfstack']);
    expect(await page.locator('#campaign .chart').count()).toBe(2);
    const document = JSON.parse(recorded.text);
    const possible = new Set(document.campaign.scenarios.flatMap((each: { possible: number[] }) => each.possible));
    expect(await page.locator('.matrix-rows > div').count()).toBe(possible.size);
    await close();
  });

  it('of a document that was not recorded shows the scenarios, and says what is missing', async () => {
    const { page, close } = await openReport([plain]);
    expect(await page.locator('.matrix').count()).toBe(0);
    expect(await page.locator('#campaign').innerText()).toContain('run the command with --record or --html');
    await close();
  });

  it('of an exploration shows its failure', async () => {
    const { page, close } = await openReport([explored]);
    const [[key, kind, , executions, times, shrunk]] = await rowsOf(page, 'Failures');
    expect([key, kind, times]).toEqual(['mark-bits invariant LOST_OBJECT', 'invariant', '1']);
    expect(Number(executions)).toBeGreaterThan(0);
    expect(shrunk).toMatch(/^\d+ preemptions? in [\d,]+ accesses$/);
    await close();
  });

  it('draws passed edges filled, missed ones hollow, and leaves those out of reach blank', async () => {
    const { page, close } = await openReport([madeUp()], { colorScheme: 'light' });
    await settled(page);
    const at = (row: number, column: number) => canvasColors(page, SQUARES, { x: column * PITCH, y: row * PITCH, width: PITCH, height: PITCH });
    expect((await at(0, 0)).get(ACCENT)).toBeGreaterThan(100);
    // No scenario passed the third edge: red, and hollow.
    expect((await at(2, 0)).get(BAD)).toBeGreaterThan(20);
    expect(await canvasColors(page, SQUARES, { x: PITCH / 2 - 2, y: 2.5 * PITCH - 2, width: 4, height: 4 })).toEqual(new Map());
    expect(await at(1, 2)).toEqual(new Map());
    await close();
  });

  it('tells what a square says, to the pointer and to the arrow keys', async () => {
    const { page, close } = await openReport([madeUp()]);
    const squares = page.locator(SQUARES);
    await squares.hover({ position: { x: 5, y: 5 } });
    expect(await readout(page)).toBe(`mark-bits, ${EDGES[0].name}: passed 1,000 times, first after 60 s`);
    await squares.focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowRight');
    expect(await readout(page)).toContain(`${EDGES[1].name}: passed, first after 2 h`);
    await page.keyboard.press('End');
    expect(await readout(page)).toContain("out of the scenario's reach");
    await page.keyboard.press('Home');
    await page.keyboard.press('PageDown');
    expect(await readout(page)).toContain(`mark-bits, ${EDGES[4].name}`);
    await close();
  });

  it('scrolls with the arrow keys, and keeps its headings in sight', async () => {
    const { page, close } = await openReport([recorded], { viewport: { width: 800, height: 400 } });
    await page.locator(SQUARES).focus();
    for (let i = 0; i < 9; i++) await page.keyboard.press('PageDown');
    const boxes = await page.evaluate(() => ['.matrix', '.matrix-columns', '.matrix-rows .lit'].map((selector) => document.querySelector(selector)!.getBoundingClientRect()).map(({ top, bottom }) => ({ top, bottom })));
    const [matrix, columns, lit] = boxes;
    expect(await page.locator('.matrix').evaluate((element) => element.scrollTop)).toBeGreaterThan(100);
    expect(Math.abs(columns.top - matrix.top)).toBeLessThan(3);
    expect(lit.top).toBeGreaterThanOrEqual(columns.bottom - 1);
    expect(lit.bottom).toBeLessThanOrEqual(matrix.bottom);
    await close();
  });

  it('can show only what nothing passed', async () => {
    const { page, close } = await openReport([madeUp()]);
    expect(await page.locator('.matrix-rows > div').count()).toBe(5);
    await page.getByLabel('Show').selectOption('never');
    expect(await page.locator('.matrix-rows > div').count()).toBe(3);
    await page.getByText('The matrix as a table').click();
    expect((await rowsOf(page, 'Protocol edges')).map(([edge, , by]) => [edge, by])).toEqual(EDGES.slice(2, 5).map(({ name }) => [name, '0']));
    await close();
  });

  it('shows hostile names of scenarios as text', async () => {
    const { page, close } = await openReport([madeUp()]);
    expect(await page.locator('img').count()).toBe(0);
    expect(await page.locator('.matrix-columns > div').nth(1).textContent()).toBe(HOSTILE);
    expect((await rowsOf(page, 'Failures'))[0].slice(0, 6)).toEqual([`${HOSTILE} invariant A`, 'invariant', '2 h', '12', '3', '1 preemption, 2 older values in 44 accesses']);
    expect(await page.locator('#campaign .facts').first().innerText()).toMatch(/20 executions under sc\n100 executions under js/);
    await close();
  });

  it('says that a campaign ran still, and which kinds of failures are closed', async () => {
    const { name, document } = madeUp();
    document.ending = 'running';
    document.failures.push(failureOf('open'));
    document.closed = [document.failures[0].key];
    const { page, close } = await openReport([{ name, document }]);
    expect(await page.locator('#campaign .facts').first().innerText()).toMatch(/2 failures, 1 of them closed[^]*ran still when this was made/);
    expect((await rowsOf(page, 'Failures')).map((row) => row[6])).toEqual(['closed: it was fixed', 'open']);
    await close();
  });

  it('links a failure to its player', async () => {
    const { name, document } = madeUp();
    document.campaign.failures = [];
    document.players = [{ failure: document.failures[0].key, mutant: null, player: madeUpPlayer([[0, 'load', 10, 0, 0]], { 10: 'COUNT' }) }];
    const { page, close } = await openReport([{ name, document }]);
    expect(await page.getByRole('link', { name: 'play it' }).getAttribute('href')).toBe(`#player:${encodeURIComponent(`:${HOSTILE} invariant A`)}`);
    await close();
  });

  it.each([[360, 'light'], [1280, 'dark'], [2560, 'light']] as const)('fits a window of %i pixels with %s colours, and axe finds nothing serious', async (width, colorScheme) => {
    const { page, close } = await openReport([madeUp(), recorded], { viewport: { width, height: 800 }, colorScheme });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    expect(await seriousViolations(page)).toEqual([]);
    await close();
  });
});
