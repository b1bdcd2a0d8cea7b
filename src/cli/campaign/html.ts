/** `sweepgen campaign html`: a page of a campaign, once or again and again while it runs. */
import { setTimeout } from 'node:timers/promises';
import type { Command } from 'commander';
import { UsageError } from '../../base/fatal.ts';
import { printable } from '../../base/printable.ts';
import { formatSeconds } from '../../base/time-unit.ts';
import { plural } from '../../base/units.ts';
import type { Deps } from '../deps.ts';
import { openLogDocument, type LogDocument } from '../fuzz-log-document.ts';
import { examples } from '../help.ts';
import { DEFAULT_REPORT, checkReport, nameReport, writePage } from '../html-report.ts';
import { Interrupted } from '../interruption.ts';
import { integer } from '../options.ts';
import { Progress } from '../progress.ts';

interface HtmlFlags {
  readonly html: string;
  readonly follow?: boolean;
  readonly refresh?: number;
}

const REFRESH_SECONDS = 10;
/** Drawing the page takes at most this share of a core. */
const SHARE = 0.1;

export function declare(command: Command, deps: Deps): void {
  command
    .description('Draws the log of a campaign as one HTML page: executions and protocol edges over time, the coverage of edges by scenario, and the failures. With --follow, rewrites the page until the campaign ends or Ctrl-C; an open page reloads itself.')
    .argument('<log>', 'log of a campaign (fuzz --log)')
    .option('--html <file>', 'file to write the page to', DEFAULT_REPORT)
    .option('--follow', 'rewrite the page until the campaign ends')
    .option('--refresh <seconds>', `with --follow: seconds between two pages (default: ${REFRESH_SECONDS})`, integer('--refresh', 1, 3600))
    .addHelpText('after', examples([
      ['sweepgen campaign html night.jsonl --html night.html', 'the campaign so far'],
      ['sweepgen campaign html night.jsonl --html night.html --follow', 'a dashboard while it runs'],
    ]))
    .action((path: string, flags: HtmlFlags) => draw(deps, path, flags));
}

async function draw(deps: Deps, path: string, { html, follow = false, refresh: wanted }: HtmlFlags): Promise<void> {
  if (wanted !== undefined && !follow) throw new UsageError('--refresh is for --follow; add --follow, or leave --refresh out');
  const refresh = wanted ?? REFRESH_SECONDS;
  checkReport(deps, { html });
  const log = await openLogDocument(path);
  async function write(isLast: boolean, text: string): Promise<void> {
    await writePage(deps, html, { name: `campaign ${printable(path)}`, refreshSeconds: isLast ? undefined : refresh }, [{ name: path, text }]);
  }
  const progress = new Progress(deps.terminal);
  const text = log.update((lines) => progress.show(`${plural(lines, 'line')} of the log read`));
  progress.clear();
  const isFollowing = follow && !log.hasEnded;
  await write(!isFollowing, text);
  nameReport(deps.terminal.out, html);
  if (isFollowing) await followLog(deps, log, refresh, write);
}

/** Writes the page until the campaign ends. The last page does not load itself again. @throws Interrupted */
async function followLog(deps: Deps, log: LogDocument, refresh: number, write: (isLast: boolean, text: string) => Promise<void>): Promise<void> {
  const { signal, now, terminal } = deps;
  const progress = new Progress(terminal);
  let shown = '';
  let seconds = refresh;
  try {
    do {
      progress.show(`${log.summary}; the next page in ${formatSeconds(Math.round(seconds))}`);
      await setTimeout(seconds * 1000, undefined, { signal }).catch(() => {});
      const started = now();
      const text = log.update();
      const isLast = log.hasEnded || signal.aborted;
      if (isLast || text !== shown) await write(isLast, text);
      shown = text;
      // A log of gigabytes has a large page: then there are fewer of them.
      seconds = Math.max(refresh, (now() - started) / 1000 / SHARE);
    } while (!log.hasEnded && !signal.aborted);
  } finally {
    progress.clear();
  }
  if (!log.hasEnded) throw new Interrupted((args) => args);
  terminal.out(`the campaign has ended: ${log.summary}\n`);
}
