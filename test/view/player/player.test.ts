/** The player in a browser: opened, stepped, dragged, jumped with, and read by a screen reader. */
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../../../src/base/root.ts';
import type { Player } from '../../../src/report/player.ts';
import { canvasColors, seriousViolations, settled, useBrowser } from '../../support/browser.ts';
import { sweepgen } from '../../support/in-process.ts';
import { madeUp, type Row } from './made-up.ts';

const { openReport } = useBrowser();

const lost = JSON.parse((await sweepgen(['replay', join(ROOT, 'test/schedules/mark-bits-mark-load-or-store.json'), '--json', '--record'])).out) as { player: Player };
const { player } = lost;
const documents = [{ name: 'lost.json', document: lost }];

const shownStep = (page: Page) => page.locator('.current').textContent();
const litLine = (page: Page) => page.locator('.code li[aria-current="true"]').textContent();
const slider = (page: Page) => page.getByRole('slider', { name: 'Step' });

/** Asks again until a condition holds; the limit is for a page that hangs. */
function poll(ask: () => Promise<string | null>) {
  return expect.poll(ask, { timeout: 60_000 });
}

/** The text of a line of the source. */
function lineOf(file: string, line: number): string {
  return player.files.find(({ name }) => name === file)!.blocks.flatMap((block) => block.lines.filter((_, i) => block.line + i === line))[0];
}

describe('the player', () => {
  it('says which accesses raced, and begins at the first of them', async () => {
    const { page, close } = await openReport(documents);
    const why = page.locator('.summary');
    expect(await why.textContent()).toContain('is reachable and not marked');
    expect(await page.locator('.moments li').allTextContents()).toEqual(player.moments.map(({ text }) => expect.stringContaining(text)));
    expect(await shownStep(page)).toContain(`Step ${player.moments[0].step + 1} of ${player.steps.thread.length.toLocaleString('en')}`);
    await close();
  });

  it('lights the line of the access that decides, in the source with the planted bug', async () => {
    const { page, close } = await openReport(documents);
    await page.locator('.moments button').last().click();
    const { step } = player.moments.at(-1)!;
    expect(await slider(page).inputValue()).toBe(String(step + 1));
    const mark = player.files.find(({ name }) => name === 'src/gc/mark.ts')!;
    expect(await litLine(page)).toBe(lineOf('src/gc/mark.ts', mark.planted![0]));
    expect(await page.locator('.code li.planted').textContent()).toBe(await litLine(page));
    // It is in sight.
    const [line, box] = [await page.locator('.code li[aria-current]').boundingBox(), await page.locator('.code').boundingBox()];
    expect(line!.y).toBeGreaterThanOrEqual(box!.y);
    expect(line!.y + line!.height).toBeLessThanOrEqual(box!.y + box!.height);
    const values = await page.locator('.word dd').allTextContents();
    expect(values[0]).toMatch(/^marks of span 0, blocks \d+-\d+$/);
    expect(`${values[1]} ${values[2]}`).toMatch(/^0x\w+ 0x\w+$/);
    await close();
  });

  it('goes by keys: steps, ends, preemptions, critical accesses', async () => {
    const { page, close } = await openReport(documents);
    await page.locator('.player').focus();
    const at = async () => Number(await slider(page).inputValue()) - 1;
    async function press(key: string): Promise<number> {
      await page.keyboard.press(key);
      return at();
    }
    const { step: first } = player.moments[0];
    expect(await press('ArrowRight')).toBe(first + 1);
    expect(await press('ArrowLeft')).toBe(first);
    expect(await press('Home')).toBe(0);
    for (const step of player.preemptions.step) expect(await press('n')).toBe(step);
    expect(await press('End')).toBe(player.steps.thread.length - 1);
    for (const step of player.preemptions.step.toReversed()) expect(await press('p')).toBe(step);
    expect(await shownStep(page)).toContain('was preempted');
    for (const { step } of player.moments.filter((each) => each.step > player.preemptions.step[0])) expect(await press('c')).toBe(step);
    // From the last it goes to the first.
    expect(await press('c')).toBe(first);
    expect(await press('End')).toBe(player.steps.thread.length - 1);
    await close();
  });

  it('leaves the slider its own keys, and takes letters there', async () => {
    const { page, close } = await openReport(documents);
    await slider(page).focus();
    const before = Number(await slider(page).inputValue());
    await page.keyboard.press('ArrowRight');
    expect(await slider(page).inputValue()).toBe(String(before + 1));
    await page.keyboard.press('Home');
    expect(await slider(page).inputValue()).toBe('1');
    await page.keyboard.press('c');
    expect(await slider(page).inputValue()).toBe(String(player.moments[0].step + 1));
    await close();
  });

  it('follows the slider, the overview and a click on a lane', async () => {
    const { page, close } = await openReport(documents);
    await slider(page).fill('700');
    expect(await shownStep(page)).toContain('Step 700 of');
    const overview = page.locator('.overview canvas');
    const { x, y, width, height } = (await overview.boundingBox())!;
    await page.mouse.move(x + width / 2, y + height / 2);
    await page.mouse.down();
    await page.mouse.move(x + width + 20, y + height / 2, { steps: 4 });
    await page.mouse.up();
    expect(await slider(page).inputValue()).toBe(String(player.steps.thread.length));
    await page.mouse.click(x + 90, y + height / 2);
    const start = Number(await slider(page).inputValue());
    expect(start).toBeLessThan(30);
    const lanes = (await page.locator('.lanes canvas').boundingBox())!;
    await page.mouse.click(lanes.x + 84 + 14 * 3.5, lanes.y + 40);
    expect(await slider(page).inputValue()).toBe('4');
    await close();
  });

  it('plays, and stops at the end', async () => {
    const { page, close } = await openReport(documents);
    await page.getByLabel('Speed').selectOption('600');
    await page.getByRole('button', { name: 'Play' }).click();
    await page.getByRole('button', { name: 'Pause' }).waitFor();
    await page.getByRole('button', { name: 'Play' }).waitFor();
    expect(await slider(page).inputValue()).toBe(String(player.steps.thread.length));
    await close();
  });

  it('shows the text of a call that is chosen, until the next step', async () => {
    const { page, close } = await openReport(documents);
    const path = page.getByRole('list', { name: /^Call path/ });
    const innermost = await path.locator('button[aria-current]').textContent();
    await path.locator('button').first().click();
    const [fn] = await path.locator('button').allTextContents();
    expect(await page.locator('.code').textContent()).toContain(`function ${fn}`);
    await page.getByRole('button', { name: 'Step on' }).click();
    await page.getByRole('button', { name: 'Step back' }).click();
    expect(await path.locator('button[aria-current]').textContent()).toBe(innermost);
    await close();
  });

  it('copies the command that repeats it', async () => {
    const { page, close } = await openReport(documents);
    await page.getByRole('button', { name: 'Copy the command that repeats it' }).click();
    await page.getByText('copied', { exact: true }).waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(player.repeat);
    await close();
  });

  it('tells a screen reader the step, but not while it plays', async () => {
    const { page, close } = await openReport(documents);
    const heard = page.locator('.player > [role="status"]');
    await page.locator('.player').focus();
    await page.keyboard.press('Home');
    await poll(() => heard.textContent()).toContain(`Step 1 of ${player.steps.thread.length.toLocaleString('en')}. ${player.threads[player.steps.thread[0]].name}: `);
    await page.keyboard.press(' ');
    await poll(() => shownStep(page)).not.toContain('Step 1 of');
    expect(await heard.textContent()).toContain('Step 1 of');
    await page.keyboard.press(' ');
    await poll(() => heard.textContent()).not.toContain('Step 1 of');
    await close();
  });

  it.each([['frames the access that decides', true], ['draws no frame around others', false]])('%s on its lane', async (_, isCritical) => {
    const { page, close } = await openReport(documents, { colorScheme: 'light' });
    if (!isCritical) await slider(page).fill('1');
    await settled(page);
    // --bad
    const framed = (await canvasColors(page, '.lanes canvas')).get('193,36,44') ?? 0;
    if (isCritical) expect(framed).toBeGreaterThan(20);
    else expect(framed).toBe(0);
    await close();
  });

  it.each([[360, 'light'], [1280, 'dark'], [2560, 'light']] as const)('fits a window of %i pixels, with %s colours', async (width, colorScheme) => {
    const { page, close } = await openReport(documents, { viewport: { width, height: 900 }, colorScheme });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    expect(await seriousViolations(page)).toEqual([]);
    const [source, word] = [await page.locator('.source').boundingBox(), await page.locator('.word').boundingBox()];
    expect(word!.y > source!.y + source!.height).toBe(width === 360);
    await close();
  });
});

const ROWS: readonly Row[] = [[0, 'load', 10, 0, 0], [1, 'cas', 12, 1, 0], [0, 'wait', 12, 1, 1]];
const HOSTILE = '</script><img src=x onerror=alert(1)>\u202e"\'&lt;';

describe('the player of other documents', () => {
  it('shows hostile names, facts and lines as text', async () => {
    const hostile = madeUp(ROWS, { 10: HOSTILE, 12: `${HOSTILE} ${'x'.repeat(1900)}` }, {
      name: HOSTILE, explanation: [HOSTILE, HOSTILE], repeat: HOSTILE, threads: [{ name: HOSTILE, ended: null }, { name: 'M1', ended: null }],
      files: [{ name: HOSTILE, planted: null, blocks: [{ line: 1, lines: [HOSTILE, HOSTILE, HOSTILE, HOSTILE] }] }], functions: [HOSTILE, 'main'],
    });
    const { page, close } = await openReport([{ name: 'x', document: { ...lost, player: hostile } }], { viewport: { width: 360, height: 900 } });
    expect(await page.locator('img').count()).toBe(0);
    expect(await shownStep(page)).toContain(HOSTILE);
    expect(await litLine(page)).toBe(HOSTILE);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    await close();
  });

  it('shows what threads wait for and hold', async () => {
    const waiting = madeUp(ROWS, { 10: 'COUNT', 12: 'work.lock' }, {
      threads: [{ name: 'M0', ended: null }, { name: 'M1', ended: null }],
      locks: { step: [1], holder: [1], word: [1] }, waits: { step: [2], thread: [0], wait: [2], word: [1], by: [-1] }, preemptions: { step: [1], from: [0] },
    });
    const { page, close } = await openReport([{ name: 'x', document: { ...lost, player: waiting } }]);
    const cells = page.getByRole('table', { name: 'Threads' }).locator('tbody td');
    expect(await cells.allTextContents()).toEqual(['M0', 'sleeps on work.lock, which M1 holds', '–', 'M1', 'ready', 'work.lock']);
    await page.getByRole('button', { name: 'Previous preemption' }).click();
    expect(await cells.allTextContents()).toEqual(['M0', 'preempted', '–', 'M1', 'runs', 'work.lock']);
    expect(await page.locator('.moments').count()).toBe(0);
    await close();
  });

  it('shows the access alone where the text of a file is not there', async () => {
    const bare = madeUp(ROWS, { 10: 'COUNT', 12: 'work.lock' }, { files: [{ name: 'src/a.ts', planted: null, blocks: [] }] });
    const { page, close } = await openReport([{ name: 'x', document: { ...lost, player: bare } }]);
    expect(await page.locator('.code').textContent()).toBe('The text of this file is not there. The access readsm[0]++');
    await close();
  });

  it('chooses among the failures of a campaign, by list or by link', async () => {
    const [one, other] = ['first', 'second'].map((name) => madeUp(ROWS, { 10: name, 12: 'lock' }, { name }));
    const document = {
      ...JSON.parse((await sweepgen(['mutants', 'mark-load-or-store', '--seeds', '1', '--seconds', '1', '--json'])).out),
      players: [{ failure: 'a', mutant: null, player: one }, { failure: 'b c', mutant: 'm', player: other }],
    };
    const { page, close } = await openReport([{ name: 'x', document }]);
    expect(await page.locator('.summary').textContent()).toContain('first');
    await page.getByRole('combobox', { name: 'Execution' }).selectOption({ label: 'm: b c' });
    expect(await page.locator('.summary').textContent()).toContain('second');
    await page.evaluate(() => { location.hash = '#player:%3Aa'; });
    await poll(() => page.locator('.summary').textContent()).toContain('first');
    await close();
  });
});
