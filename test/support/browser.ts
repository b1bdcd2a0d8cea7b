/**
 * Debian's Chromium, for the tests of the report. Reports are opened from file://; any request to a server, error on the
 * console or uncaught exception fails the test.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';
import { CHROMIUM } from './chromium.ts';
import { reportHtml, type PrintedDocument } from '../../src/report/html.ts';

/** An open report. */
export interface OpenReport {
  readonly page: Page;
  /** Requests, errors and warnings so far. */
  readonly problems: readonly string[];
  /** Closes the page. @throws if the page asked a server for anything, or wrote an error to the console */
  close(): Promise<void>;
}

export interface ReportOptions extends BrowserContextOptions {
  readonly title?: string;
}

/** Starts a browser for the tests of a file. Returns functions that open reports in it. */
export function useBrowser() {
  let browser: Browser;
  const folder = mkdtempSync(join(tmpdir(), 'sweepgen-view-'));
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] });
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Opens the page at `file`. */
  async function openFile(file: string, options: BrowserContextOptions = {}): Promise<OpenReport> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
    await context.grantPermissions(['clipboard-read', 'clipboard-write']).catch(() => {});
    const problems: string[] = [];
    await context.route(/^(?!file:|data:|blob:)/, (route) => {
      problems.push(`request: ${route.request().url()}`);
      return route.abort();
    });
    const page = await context.newPage();
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') problems.push(`console: ${message.text()}`);
    });
    page.on('pageerror', (error) => problems.push(`exception: ${error.stack ?? error.message}`));
    await page.goto(pathToFileURL(file).href);
    await page.locator('main').waitFor();
    return {
      page,
      problems,
      async close() {
        await context.close();
        expect(problems).toEqual([]);
      },
    };
  }

  /** Makes a report of `documents`, and opens it. */
  async function openReport(documents: readonly (PrintedDocument | { readonly name: string; readonly document: object })[], { title = 'A report', ...options }: ReportOptions = {}): Promise<OpenReport> {
    const file = join(folder, `${Math.random().toString(36).slice(2)}.html`);
    const printed = documents.map((each) => ('text' in each ? each : { name: each.name, text: JSON.stringify(each.document) }));
    writeFileSync(file, [...reportHtml({ title, version: '0.0.0', made: new Date('2026-01-02T03:04:05Z') }, printed)].join(''));
    return openFile(file, options);
  }

  return { openFile, openReport };
}

/** Returns the texts of the cells of the table with that caption, row by row. */
export async function rowsOf(page: Page, caption: string): Promise<string[][]> {
  return page.getByRole('table', { name: caption }).locator('tbody tr').evaluateAll((all) => all.map((row) => [...row.querySelectorAll('td')].map((cell) => cell.textContent!)));
}

/** Returns the violations that axe finds in the page, serious ones and worse, in words. */
export async function seriousViolations(page: Page, selector = 'body'): Promise<string[]> {
  const axe = await import('axe-core');
  // Not by a script element, which the page's policy refuses.
  await page.evaluate(axe.default.source);
  const results = await page.evaluate(async (within) => {
    const { axe: engine } = globalThis as unknown as { axe: { run(within: string, options: object): Promise<{ violations: { id: string; impact: string; nodes: { html: string; failureSummary: string }[] }[] }> } };
    const { violations } = await engine.run(within, { resultTypes: ['violations'] });
    return violations;
  }, selector);
  return results
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)} ${failureSummary}`));
}

/** Waits until the page has drawn what has changed. */
export async function settled(page: Page): Promise<void> {
  await page.evaluate(() => new Promise((resolve) => { requestAnimationFrame(() => requestAnimationFrame(() => requestAnimationFrame(resolve))); }));
}

/** A region of a picture, in CSS pixels. */
export interface Region {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Returns the number of pixels of each colour, as "r,g,b", in a region of a canvas. */
export async function canvasColors(page: Page, selector: string, region?: Region): Promise<Map<string, number>> {
  const counts = await page.locator(selector).first().evaluate((element, within) => {
    const canvas = element as HTMLCanvasElement;
    const ratio = canvas.width / canvas.clientWidth;
    const { x, y, width, height } = within ?? { x: 0, y: 0, width: canvas.width / ratio, height: canvas.height / ratio };
    const [left, top, w, h] = [Math.round(x * ratio), Math.round(y * ratio), Math.max(1, Math.round(width * ratio)), Math.max(1, Math.round(height * ratio))];
    // Of a copy: Chromium warns of a canvas that is drawn for the screen and read often.
    const copy = document.createElement('canvas');
    copy.width = w;
    copy.height = h;
    const ctx = copy.getContext('2d', { willReadFrequently: true })!;
    ctx.drawImage(canvas, left, top, w, h, 0, 0, w, h);
    const { data } = ctx.getImageData(0, 0, w, h);
    const found: Record<string, number> = {};
    for (let i = 0; i < data.length; i += 4) {
      if (data[i + 3] === 0) continue;
      const color = `${data[i]},${data[i + 1]},${data[i + 2]}`;
      found[color] = (found[color] ?? 0) + 1;
    }
    return found;
  }, region);
  return new Map(Object.entries(counts));
}
