/**
 * `npm run docs:pictures`: makes the pictures of the docs. It runs the commands below, opens their reports in Chromium and
 * writes a view of each to docs/pictures, light and dark.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const ROOT = join(import.meta.dirname, '../..');
const COMMAND = join(ROOT, 'dist/src/cli/main.js');
const PICTURES = join(ROOT, 'docs/pictures');
const CHROMIUM = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/google-chrome'].find((path) => path !== undefined && existsSync(path));

/** The code of a command that has found what it was to find. */
const FOUND = 1;

/**
 * Each picture: the command, the section that is shown, and what is done in the page before.
 * @type {readonly { name: string, words: string, view: string, prepare?: (page: import('playwright-core').Page) => Promise<void> }[]}
 */
const VIEWS = [
  { name: 'scaling', words: 'scale tree --model 1,2,4,8,16,32,64', view: 'scaling' },
  { name: 'timeline', words: 'scale tree --objects 200000 --procs 4 --runs 3', view: 'timeline' },
  { name: 'heap-over-time', words: 'run churn --set count=2000000 --gogc 50 --procs 2', view: 'heap-over-time' },
  { name: 'heap-map', words: 'run cache --procs 2 --gogc 50', view: 'heap-map' },
  { name: 'composition', words: 'heap test/fixtures/java-dumps/jdk17-small.hprof.gz', view: 'composition', prepare: (page) => page.getByRole('button', { name: /^0x/ }).nth(4).click() },
  { name: 'player', words: 'replay test/schedules/mark-bits-mark-load-or-store.json', view: 'player', prepare: (page) => page.locator('.moments button').last().click() },
  { name: 'campaign', words: 'fuzz lfstack parfor workbufs mark-bits mark-mixed sweep-refill reclaim channels finalizers --seed 1 --seconds 30', view: 'campaign' },
];

if (CHROMIUM === undefined) throw new Error('there is no Chromium here; on Debian: sudo apt-get install chromium');
const wanted = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'sweepgen-pictures-'));
const browser = await chromium.launch({ executablePath: CHROMIUM });
mkdirSync(PICTURES, { recursive: true });
try {
  for (const { name, words, view, prepare } of VIEWS) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    const report = join(folder, `${name}.html`);
    try {
      execFileSync(process.execPath, [COMMAND, ...words.split(' '), '--html', report], { cwd: ROOT, stdio: 'pipe' });
    } catch (error) {
      if (error.status !== FOUND) throw error;
    }
    for (const colorScheme of ['light', 'dark']) {
      const page = await browser.newPage({ viewport: { width: 1120, height: 900 }, colorScheme, deviceScaleFactor: 1 });
      await page.goto(pathToFileURL(report).href);
      const section = page.locator(`section[data-view="${view}"]`);
      await section.waitFor();
      await prepare?.(page);
      // The list of views stays on top of the page, and would lie over the picture.
      await page.addStyleTag({ content: 'nav[aria-label="Views"] { display: none }' }).catch(() => page.locator('nav[aria-label="Views"]').evaluate((nav) => nav.remove()));
      await page.waitForTimeout(300);
      await section.screenshot({ path: join(PICTURES, `${name}-${colorScheme}.png`) });
      await page.close();
    }
    console.log(`docs/pictures/${name}-light.png and -dark.png: sweepgen ${words}`);
  }
} finally {
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
}
