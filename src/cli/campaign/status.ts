/** `sweepgen campaign status`: the state of a campaign, by its log. */
import type { Command } from 'commander';
import { printable } from '../../base/printable.ts';
import { inWords } from '../../base/suggest.ts';
import { formatSeconds } from '../../base/time-unit.ts';
import { formatCount, formatShare, plural } from '../../base/units.ts';
import { lifeOf } from '../../explore/campaigns/life.ts';
import { LoggedCampaign, reachOf } from '../../explore/campaigns/logged-campaign.ts';
import { LogReader } from '../../explore/campaigns/read-log.ts';
import { SCENARIOS } from '../../explore/scenarios/catalog.ts';
import { formatTable, paintHeads, type Column } from '../../report/table.ts';
import { campaignStatusDocument, statusOf, type CampaignStatus, type FailureState } from '../campaign-status-document.ts';
import type { Deps } from '../deps.ts';
import { describeCoverage, describeTotals } from '../fuzz-report.ts';
import { examples } from '../help.ts';
import { paint } from '../paint.ts';
import { Progress } from '../progress.ts';

export function declare(command: Command, deps: Deps): void {
  command
    .description('Reads the log of a campaign and shows what it has done so far: executions by scenario, protocol edges, failures by kind with their state, the hosts of the workers, and whether it still runs. The campaign may still be writing the log.')
    .argument('<log>', 'log of a campaign (fuzz --log)')
    .option('--json', 'print one JSON document')
    .addHelpText('after', examples([
      ['sweepgen campaign status night.jsonl', 'what the campaign has done so far'],
      ['sweepgen campaign status night.jsonl --json', 'the same, as JSON for a program'],
    ]))
    .action((path: string, { json }: { readonly json?: boolean }) => showStatus(deps, path, json ?? false));
}

async function showStatus({ terminal }: Deps, path: string, json: boolean): Promise<void> {
  const reader = new LogReader(path);
  // All scenarios together could pass every edge.
  const campaign = new LoggedCampaign(reader, reader.header.scenarios.length < SCENARIOS.length ? await reachOf(reader.header) : undefined);
  const progress = new Progress(terminal);
  campaign.update((lines) => progress.show(`${plural(lines, 'line')} of the log read`));
  progress.clear();
  const status = statusOf(path, campaign, lifeOf(path, reader));
  if (json) terminal.out(`${campaignStatusDocument(status)}\n`);
  else for (const line of describeStatus(status, campaign, terminal)) terminal.out(`${line}\n`);
}

/** Returns the lines that show the state of a campaign. */
function describeStatus(status: CampaignStatus, { tally }: LoggedCampaign, { outWidth, outIsColored }: Deps['terminal']): string[] {
  const { bold } = paint(outIsColored);
  const { failures, hosts, owed, lost, seconds } = status;
  const table = (columns: readonly Column[], rows: readonly (readonly string[])[]) => (rows.length === 0 ? [] : ['', ...paintHeads(formatTable(columns, rows, outWidth), bold)]);
  return [
    describeHeader(status),
    describeLife(status),
    `${describeTotals(tally, seconds)} in ${formatSeconds(seconds)}`,
    ...(owed.slices === 0 ? [] : [`${plural(owed.slices, 'slice')} of ${plural(owed.executions, 'execution')} offered to workers, without a result so far`]),
    ...(lost === 0 ? [] : [`${plural(lost, 'slice')} set aside without a result`]),
    '',
    ...describeCoverage(tally, false, outWidth),
    ...table(FAILURES, failures.map(failureRow)),
    ...table(HOSTS, hosts.map((host) => hostRow(host, tally.sum('executions')))),
  ];
}

function describeHeader({ log, sweepgen, build, seed, strategy, mutant, memories, merged }: CampaignStatus): string {
  const from = `sweepgen ${printable(sweepgen)}${build === null ? '' : ` (build ${printable(build, LONGEST_BUILD)})`}`;
  const parts = [`seed ${seed}`, `by ${printable(strategy)}`, ...describeMemories(memories), from, ...(mutant === null ? [] : [`with ${printable(mutant)} planted`]), ...(merged === null ? [] : [`merged from ${plural(merged, 'campaign')}`])];
  return `${printable(log)}: ${parts.join(', ')}`;
}

/** Returns the memory models, unless 'sc' is the only one. */
function describeMemories(memories: CampaignStatus['memories']): string[] {
  if (memories.every(({ memory }) => memory === 'sc')) return [];
  return [`under ${inWords(memories.map(({ memory, executions }) => `${memory} (${plural(executions, 'execution')})`))}`];
}

const LONGEST_BUILD = 40;

function describeLife({ life, silentSeconds, parts }: CampaignStatus): string {
  const ago = `${formatSeconds(Math.round(silentSeconds))} ago`;
  const past = parts.map(({ ending, seconds }) => `${ending} after ${formatSeconds(seconds)}`);
  const before = past.length === 0 ? '' : `; ${life === 'ended' ? plural(past.length, 'part') : `${plural(past.length, 'part')} before`}: ${past.slice(-MOST_PARTS).join(', ')}`;
  switch (life) {
    case 'running':
      return `running: the last line was written ${ago}${before}`;
    case 'ended':
      return `ended ${ago}${before}`;
    case 'silent':
      return `silent: the last line was written ${ago}, and no end; it was killed, or waits for workers${before}`;
  }
}

/** Parts of a campaign that are shown, the last ones. */
const MOST_PARTS = 10;

const left = (head: string): Column => ({ head, align: 'left' });
const right = (head: string): Column => ({ head, align: 'right' });
const FAILURES = [left('failure'), right('times'), left('shrunk to'), left('state')];
const HOSTS = [left('host'), right('slices'), right('executions'), right('share')];
/** Longest name in a table. */
const LONGEST_NAME = 100;

function failureRow({ key, times, shrunk, verified, closed }: FailureState): string[] {
  const size = shrunk === null ? '–' : `${plural(shrunk.preemptions, 'preemption')}${shrunk.values === undefined ? '' : `, ${plural(shrunk.values, 'older value')}`}, ${plural(shrunk.steps, 'access', 'accesses')}`;
  const on = verified === null ? '' : ` on ${printable(verified.sweepgen)} (build ${printable(verified.build, LONGEST_BUILD)})`;
  const state = verified === null ? 'open' : closed ? `closed: fixed${on}` : verified.state === 'fails' ? `open: fails${on}` : `open: the recording does not fit${on}`;
  return [printable(key, LONGEST_NAME), formatCount(times), size, state];
}

function hostRow({ host, slices, executions }: CampaignStatus['hosts'][number], all: number): string[] {
  return [printable(host, LONGEST_NAME), formatCount(slices), formatCount(executions), formatShare(executions / Math.max(1, all))];
}
