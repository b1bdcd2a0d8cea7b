/** The view of timelines in a browser. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { criticalPath } from '../../../src/report/critical-path.ts';
import type { Timeline } from '../../../src/report/timeline.ts';
import { layoutOf, scaleOf } from '../../../src/view/timeline/layout.ts';
import { longestOf, prepare } from '../../../src/view/timeline/prepared.ts';
import { formatTime } from '../../../src/view/timeline/time.ts';
import { canvasColors, seriousViolations, settled, useBrowser, type Region } from '../../support/browser.ts';
import { collectionTimeline, timelineOf } from '../../support/timelines.ts';

const { openReport } = useBrowser();

const timeline = collectionTimeline();
const LANES = '.lanes canvas';
/** Colours of the light theme: --ink, of the critical path; those of stop, scan, sweep and handoff. */
const [INK, STOP, SCAN, SWEEP, HANDOFF] = ['31,35,40', '130,80,223', '26,127,55', '122,92,0', '191,57,137'];

function documentsOf(...timelines: readonly Timeline[]) {
  return timelines.map((each, i) => ({ name: `${i}.json`, document: { command: 'run', timeline: each } }));
}

async function open(timelines: readonly Timeline[] = [timeline], options: Parameters<typeof openReport>[1] = {}) {
  const report = await openReport(documentsOf(...timelines), { colorScheme: 'light', ...options });
  await settled(report.page);
  return report;
}

/** What is in view, in the words of the overview. */
async function inView(page: Page): Promise<string> {
  await settled(page);
  const label = await page.locator('canvas.brush').getAttribute('aria-label');
  return /^Overview: (.+) of /.exec(label!)![1];
}

const whole = (of: Timeline = timeline) => `${formatTime(of.clock, 0)} to ${formatTime(of.clock, of.endNs)}`;

/** Where time begins on a wide canvas, and the room right of it, pixels. */
const [LEFT, RIGHT] = [112, 8];

/** Shows all, and returns the canvas's region of a lane's upper row between two moments. */
async function regions(page: Page): Promise<(lane: number, fromNs: number, toNs: number) => Region> {
  await page.getByRole('button', { name: 'Whole' }).click();
  await settled(page);
  const width = await page.locator(LANES).first().evaluate((canvas) => canvas.clientWidth);
  const { lanes } = layoutOf(prepare('', timeline), width);
  const x = (ns: number): number => LEFT + ((width - LEFT - RIGHT) * ns) / timeline.endNs;
  return (lane, fromNs, toNs) => ({ x: Math.ceil(x(fromNs)) + 1, y: lanes[lane].top + 1, width: Math.floor(x(toNs) - x(fromNs)) - 2, height: lanes[lane].rowHeight - 3 });
}

function share(colors: ReadonlyMap<string, number>, color: string): number {
  return (colors.get(color) ?? 0) / [...colors.values()].reduce((sum, pixels) => sum + pixels, 0);
}

describe('the view of timelines', () => {
  it('draws each slice on its lane, where its time is, in the colour of its kind', async () => {
    const { page, close } = await open();
    for (const name of ['Critical path', 'Handoffs and steals']) await page.getByRole('checkbox', { name }).click();
    const region = await regions(page);
    expect(share(await canvasColors(page, LANES, region(0, 20_000, 40_000)), STOP)).toBeGreaterThan(0.7);
    // Its edges are where they belong.
    expect(share(await canvasColors(page, LANES, { ...region(0, 19_000, 20_000), width: 2 }), STOP)).toBe(0);
    expect(share(await canvasColors(page, LANES, { ...region(0, 40_300, 42_000), width: 2 }), STOP)).toBe(0);
    expect(share(await canvasColors(page, LANES, region(1, 25_000, 38_000)), STOP)).toBe(0);
    for (const { lane, startNs, durationNs } of longestOf(prepare('', timeline)).filter(({ kind }) => kind === 'scan').slice(0, 8)) {
      expect(share(await canvasColors(page, LANES, region(lane, startNs, startNs + durationNs)), SCAN)).toBeGreaterThan(0.6);
    }
    const sweeps = await canvasColors(page, LANES, region(2, timeline.endNs * 0.1, timeline.endNs * 0.8));
    expect(sweeps.has(SWEEP)).toBe(false);
    await close();
  });

  it('zooms by the wheel around the pointer, and leaves the wheel to the page where it has no effect', async () => {
    const { page, close } = await open();
    await page.getByRole('button', { name: 'Whole' }).click();
    expect(await inView(page)).toBe(whole());
    const box = (await page.locator(LANES).boundingBox())!;
    await page.mouse.move(box.x + box.width - 9, box.y + 40);
    await page.mouse.wheel(0, -200);
    const [from, to] = (await inView(page)).split(' to ');
    expect(to).toBe(formatTime('measured', timeline.endNs));
    expect(from).not.toBe('0 ns');
    await page.mouse.wheel(0, 200);
    expect(await inView(page)).toBe(whole());
    await page.mouse.wheel(0, 200);
    await page.waitForFunction(() => scrollY > 0);
    expect(await inView(page)).toBe(whole());
    await close();
  });

  it('moves by dragging, and shows what is brushed on the overview', async () => {
    const { page, close } = await open();
    await page.getByRole('button', { name: 'Whole' }).click();
    const strip = (await page.locator('canvas.brush').boundingBox())!;
    const layout = layoutOf(prepare('', timeline), strip.width);
    const scale = scaleOf({ fromNs: 0, toNs: timeline.endNs }, 0, layout.left, strip.width);
    async function drag(fromX: number, toX: number, y: number): Promise<void> {
      await page.mouse.move(fromX, y);
      await page.mouse.down();
      await page.mouse.move((fromX + toX) / 2, y);
      await page.mouse.move(toX, y);
      await page.mouse.up();
    }
    await drag(strip.x + scale.x(100_000), strip.x + scale.x(200_000), strip.y + 20);
    expect(await inView(page)).toBe('100 µs to 200 µs');
    const box = (await page.locator(LANES).boundingBox())!;
    const tenth = (box.width - layout.left - 8) / 10;
    await drag(box.x + 600, box.x + 600 - tenth, box.y + 60);
    expect(await inView(page)).toBe('110 µs to 210 µs');
    // The window of the overview moves, and its right edge resizes it.
    await drag(strip.x + scale.x(150_000), strip.x + scale.x(170_000), strip.y + 20);
    expect(await inView(page)).toBe('130 µs to 230 µs');
    await drag(strip.x + scale.x(230_000), strip.x + scale.x(250_000), strip.y + 20);
    expect(await inView(page)).toBe('130 µs to 250 µs');
    await close();
  });

  it('moves with one finger and zooms with two', async () => {
    const { page, close } = await open([timeline], { hasTouch: true });
    await page.getByRole('button', { name: 'Zoom in' }).click();
    const box = (await page.locator(LANES).boundingBox())!;
    const session = await page.context().newCDPSession(page);
    async function touch(...steps: readonly (readonly number[])[]): Promise<void> {
      for (const [i, xs] of steps.entries()) {
        const touchPoints = xs.map((x, id) => ({ x: box.x + x, y: box.y + 40, id }));
        await session.send('Input.dispatchTouchEvent', { type: i === 0 ? 'touchStart' : 'touchMove', touchPoints });
      }
      await session.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
    }
    const before = await inView(page);
    await touch([600], [560], [500], [450]);
    const moved = await inView(page);
    expect(moved).not.toBe(before);
    await touch([500, 600], [480, 620], [400, 700]);
    expect(await inView(page)).not.toBe(moved);
    await page.getByRole('button', { name: 'Whole' }).click();
    await touch([600], [620]);
    expect(await inView(page)).toBe(whole());
    await close();
  });

  it('zooms, moves and chooses slices by keys, and tells of the chosen one', async () => {
    const { page, close } = await open();
    await page.locator(LANES).focus();
    const [longest] = longestOf(prepare('', timeline)).filter(({ kind }) => kind === 'scan');
    const tip = page.getByRole('tooltip');
    // The longest that is wholly in view.
    expect(await tip.textContent()).toContain(`scan, ${formatTime('measured', longest.durationNs)}`);
    expect(await tip.textContent()).toContain('Scans blocks from the work buffer.');
    await page.keyboard.press('Enter');
    expect(await inView(page)).toBe(`${formatTime('measured', longest.startNs - longest.durationNs)} to ${formatTime('measured', longest.startNs + 2 * longest.durationNs)}`);
    const before = await tip.textContent();
    await page.keyboard.press(']');
    await settled(page);
    expect(await tip.textContent()).not.toBe(before);
    expect(await page.locator('[aria-live]').first().textContent()).toContain((await tip.textContent())!.slice(0, 8));
    await page.keyboard.press('0');
    expect(await inView(page)).toBe(whole());
    await page.keyboard.press('w');
    const zoomedIn = await inView(page);
    expect(zoomedIn).not.toBe(whole());
    await page.keyboard.press('ArrowRight');
    const moved = await inView(page);
    expect(moved).not.toBe(zoomedIn);
    await page.keyboard.press('a');
    expect(await inView(page)).toBe(zoomedIn);
    await page.keyboard.press('s');
    expect(await inView(page)).toBe(whole());
    await page.keyboard.press('Escape');
    await settled(page);
    expect(await tip.count()).toBe(0);
    await close();
  });

  it('goes to the slice of a row of the longest slices', async () => {
    const { page, close } = await open();
    await page.getByLabel('Kind of slices').selectOption({ label: 'getfull sleep' });
    const [longest] = longestOf(prepare('', timeline)).filter(({ kind }) => kind === 'getfull sleep');
    await page.getByRole('table', { name: 'Longest slices' }).locator('tbody button').first().click();
    const { startNs, durationNs, laneName } = longest;
    expect(await inView(page)).toBe(`${formatTime('measured', startNs - durationNs)} to ${formatTime('measured', Math.min(timeline.endNs, startNs + 2 * durationNs))}`);
    expect(await page.getByRole('tooltip').textContent()).toContain(`getfull sleep, ${formatTime('measured', durationNs)}${laneName}`);
    await close();
  });

  it('shows under the pointer a slice with its flows, or the value of a counter', async () => {
    const { page, close } = await open();
    const region = await regions(page);
    const { from, to } = timeline.flows.find(({ kind }) => kind === 'handoff')!;
    const { x, y } = region(to.lane, to.atNs - 200, to.atNs);
    await page.locator(LANES).hover({ position: { x, y: y + 4 } });
    await settled(page);
    expect(await page.getByRole('tooltip').textContent()).toContain(`handoff from M${from.lane}, ${formatTime('measured', to.atNs - from.atNs)} on the way`);
    const bottom = (await page.locator(LANES).boundingBox())!.height;
    await page.locator(LANES).hover({ position: { x: 300, y: bottom - 30 } });
    await settled(page);
    expect(await page.getByRole('tooltip').textContent()).toBe('unswept spans0');
    await close();
  });

  it('marks the critical path on its lanes and says what it is made of', async () => {
    const { page, close } = await open();
    await page.getByRole('checkbox', { name: 'Handoffs and steals' }).click();
    const path = criticalPath(timeline);
    const region = await regions(page);
    const longest = path.segments.toSorted((a, b) => b.toNs - b.fromNs - a.toNs + a.fromNs)[0];
    const band = { ...region(longest.lane, longest.fromNs, longest.toNs), height: 3 };
    band.y -= 6;
    expect(share(await canvasColors(page, LANES, band), INK)).toBeGreaterThan(0.5);
    await page.getByRole('checkbox', { name: 'Critical path' }).click();
    await settled(page);
    expect(share(await canvasColors(page, LANES, band), INK)).toBe(0);
    const rows = await page.getByRole('table', { name: 'What the critical path is made of' }).locator('tbody tr').evaluateAll((all) => all.map((row) => [...row.querySelectorAll('td')].map((cell) => cell.textContent)));
    expect(rows.map(([kind, , part]) => [kind, part])).toEqual(path.parts.map(({ kind, share: part }) => [kind < 0 ? 'on the way between threads' : timeline.kinds[kind].name, `${(part * 100).toFixed(1)} %`]));
    expect(await page.getByRole('img', { name: /^The critical path is 8\d % scan, 6 % stop/ }).count()).toBe(1);
    await page.getByRole('table', { name: 'Critical path step by step' }).getByRole('button', { name: 'stop' }).click();
    expect(await inView(page)).toBe('0 ns to 60.0 µs');
    await close();
  });

  it('draws arrows faintly where there are many, and those of the chosen slice in full strength', async () => {
    const steps = Array.from({ length: 200 }, (_, i) => i * 1000);
    const scans = steps.map((at) => ['scan', at, at + 1000] as const);
    const { page, close } = await open([timelineOf([scans, scans], steps.map((at) => ['handoff', 0, at + 500, 1, at + 700] as const))]);
    await page.getByRole('checkbox', { name: 'Critical path' }).click();
    await settled(page);
    const before = await canvasColors(page, LANES);
    expect(before.has(HANDOFF)).toBe(false);
    await page.locator(LANES).focus();
    await settled(page);
    expect((await canvasColors(page, LANES)).get(HANDOFF)).toBeGreaterThan(10);
    await page.keyboard.press('Escape');
    await page.getByRole('checkbox', { name: 'Handoffs and steals' }).click();
    await settled(page);
    expect((await canvasColors(page, LANES)).size).toBeLessThan(before.size);
    await close();
  });

  it('lays a prediction below the measurement on one time scale, from where each began to mark', async () => {
    const predicted = collectionTimeline({ seed: 2 }, { clock: 'virtual' });
    const { page, close } = await open([timeline, predicted]);
    expect(await page.locator(LANES).count()).toBe(2);
    await page.getByRole('button', { name: 'Whole' }).click();
    const origins = [timeline, predicted].map((each) => prepare('', each).collections[0].markNs);
    expect(await inView(page)).toBe(`${formatTime('measured', -Math.max(...origins))} to ${formatTime('measured', Math.max(timeline.endNs - origins[0], predicted.endNs - origins[1]))}`);
    expect(await page.getByRole('table', { name: 'What the critical path is made of' }).count()).toBe(2);
    await page.getByLabel('Compared with').selectOption({ label: 'none' });
    expect(await page.locator(LANES).count()).toBe(1);
    await page.getByRole('combobox', { name: 'Timeline', exact: true }).selectOption({ index: 1 });
    expect(await page.locator(LANES).count()).toBe(2);
    await close();
  });

  it('goes to the longest of several collections, and to the one that is chosen', async () => {
    const cycles = timelineOf([[['stop', 0, 10_000], ['roots', 10_000, 50_000], ['mutator', 50_000, 500_000], ['stop', 500_000, 510_000], ['roots', 510_000, 600_000]]]);
    const { page, close } = await open([cycles]);
    expect(await inView(page)).toBe('497 µs to 600 µs');
    await page.getByRole('combobox', { name: 'Collection' }).selectOption({ index: 0 });
    expect(await inView(page)).toBe('0 ns to 51.5 µs');
    await close();
  });

  it('says what is missing, and shows names of any kind as text', async () => {
    const evil = `</script><img src=x onerror="document.title='evil'">${'\u202e'}`;
    const hostile: Timeline = {
      ...collectionTimeline({}, { name: evil, dropped: 37, older: 1 }),
      kinds: timeline.kinds.map((_, i) => ({ name: i === 2 ? evil.repeat(100) : `constructor ${i}`, about: evil })),
      counters: [{ name: evil, unit: 'count', atNs: [], value: [] }],
    };
    hostile.lanes[1].name = evil;
    hostile.lanes[0].detail = Object.fromEntries(hostile.lanes[0].kind.map((_, i) => [String(i), evil.repeat(50)]));
    const { page, close } = await open([hostile]);
    expect(await page.locator('section').textContent()).toContain("37 events are missing: the threads' rings had no room for them.");
    expect(await page.locator('section').textContent()).toContain('1 earlier slice is left out');
    await page.locator(LANES).focus();
    await settled(page);
    expect(await page.title()).toBe('A report');
    expect(await page.locator('img').count()).toBe(0);
    expect((await page.getByRole('tooltip').textContent())!.length).toBeLessThan(2500);
    await close();
  });

  it('is absent without a timeline, and draws one without slices', async () => {
    const none = await openReport([{ name: 'a.json', document: { command: 'run' } }]);
    expect(await none.page.locator('#timeline').count()).toBe(0);
    await none.close();
    const { page, close } = await open([timelineOf([[], []])]);
    await page.locator(LANES).focus();
    await page.keyboard.press('w');
    await page.locator(LANES).hover();
    await settled(page);
    expect(await page.locator(LANES).count()).toBe(1);
    await close();
  });

  it.each([[360, 1], [360, 2], [2560, 1], [2560, 2]])('fits %i pixels and is accessible with %i timelines', async (width, count) => {
    const { page, close } = await open([timeline, collectionTimeline({ threads: 24 }, { clock: 'virtual' })].slice(0, count), { viewport: { width, height: 900 } });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    await page.locator(LANES).first().focus();
    await page.locator('.legend summary').click();
    expect(await seriousViolations(page, '#timeline')).toEqual([]);
    await close();
  });
});
