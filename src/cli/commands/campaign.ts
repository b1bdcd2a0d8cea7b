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
    .description('Reads the logs that fuzz writes with --log: shows and draws campaigns, merges them, and runs their failures again.')
    .addHelpText('after', examples([
      ['sweepgen campaign status night.jsonl', 'what the campaign has done so far'],
      ['sweepgen campaign verify night.jsonl', 'run its failures again on this build'],
    ]));
  declareStatus(command.command('status').summary('show the state of a campaign'), deps);
  declareHtml(command.command('html').summary('draw a campaign as an HTML page, even while it runs'), deps);
  declareMerge(command.command('merge').summary('merge the logs of several campaigns into one'), deps);
  declareVerify(command.command('verify').summary('run the failures of a campaign again on this build'), deps);
}
