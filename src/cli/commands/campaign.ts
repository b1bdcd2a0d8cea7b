/** `sweepgen campaign`: commands about campaigns, which read their logs. */
import type { Command } from 'commander';
import { declare as declareHtml } from '../campaign/html.ts';
import { declare as declareMerge } from '../campaign/merge.ts';
import { declare as declareStatus } from '../campaign/status.ts';
import { declare as declareVerify } from '../campaign/verify.ts';
import type { Deps } from '../deps.ts';
import { examples } from '../help.ts';

export function declare(command: Command, deps: Deps): void {
  command
    .description('Looks at campaigns that sweepgen fuzz has begun, by their logs.')
    .addHelpText('after', examples([
      ['sweepgen campaign status night.jsonl', 'how far the campaign is'],
      ['sweepgen campaign verify night.jsonl', 'run its failures again on this build'],
    ]));
  declareStatus(command.command('status').summary('show the state of a campaign'), deps);
  declareHtml(command.command('html').summary('draw a campaign as a page, also while it runs'), deps);
  declareMerge(command.command('merge').summary('write the logs of several campaigns into one'), deps);
  declareVerify(command.command('verify').summary('run the failures of a campaign again on this build'), deps);
}
