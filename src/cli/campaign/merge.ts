/** `sweepgen campaign merge`: the logs of several campaigns as one. */
import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { UsageError } from '../../base/fatal.ts';
import { printable } from '../../base/printable.ts';
import { plural } from '../../base/units.ts';
import { LogMerge, type MergedLog } from '../../explore/campaigns/merge-logs.ts';
import { lineText } from '../../explore/campaigns/write-log.ts';
import { campaignMergeDocument } from '../campaign-merge-document.ts';
import type { Deps } from '../deps.ts';
import { examples } from '../help.ts';
import { Progress } from '../progress.ts';

interface MergeFlags {
  readonly log: string;
  readonly json?: boolean;
}

export function declare(command: Command, deps: Deps): void {
  command
    .description('Writes the logs of several campaigns into one log, as if they had run beside one another. The campaigns may differ in seeds and scenarios only. A slice is left out if any of its seeds was counted already. The merged log is for status, html, view and verify; fuzz --resume needs the log of a single campaign.')
    .argument('<logs...>', 'logs of campaigns (fuzz --log)')
    .requiredOption('--log <file>', 'file to write the merged log to, which must not exist')
    .option('--json', 'print one JSON document')
    .addHelpText('after', examples([
      ['sweepgen campaign merge mon.jsonl tue.jsonl --log both.jsonl', 'one log of two nights'],
    ]))
    .action((paths: readonly string[], flags: MergeFlags) => merge(deps, paths, flags));
}

async function merge(deps: Deps, paths: readonly string[], { log, json }: MergeFlags): Promise<void> {
  const { terminal } = deps;
  if (existsSync(log)) throw new UsageError(`there is a file ${printable(log)} already; name another file for the merged log`);
  deps.checkWritable(log);
  const merged = new LogMerge(paths);
  const progress = new Progress(terminal);
  await deps.writeText(log, textsOf(merged, progress)).finally(() => progress.clear());
  if (json) terminal.out(`${campaignMergeDocument(log, merged)}\n`);
  else {
    for (const each of merged.logs) terminal.out(`${describeLog(each)}\n`);
    terminal.out(`${printable(log)}: ${plural(merged.header.merged!, 'campaign')}, ${plural(sum(merged.logs, 'slices'), 'slice')} of ${plural(sum(merged.logs, 'executions'), 'execution')}\n`);
  }
}

/** Slices between two lines of progress. */
const OFTEN = 10_000;

function* textsOf(merged: LogMerge, progress: Progress): Generator<string> {
  yield lineText(merged.header);
  let lines = 0;
  for (const line of merged.lines()) {
    yield lineText(line);
    if (++lines % OFTEN === 0) progress.show(`${plural(sum(merged.logs, 'slices'), 'slice')} merged`);
  }
}

function sum(logs: readonly MergedLog[], field: 'slices' | 'executions'): number {
  return logs.reduce((total, each) => total + each[field], 0);
}

function describeLog({ path, slices, executions, leftOut }: MergedLog): string {
  const taken = `${printable(path)}: ${plural(slices, 'slice')} of ${plural(executions, 'execution')}`;
  if (leftOut.slices === 0) return taken;
  const partly = leftOut.partly === 0 ? '' : `, ${leftOut.partly} of them only in part`;
  return `${taken}; left out ${plural(leftOut.slices, 'slice')} of ${plural(leftOut.executions, 'execution')}, with seeds that were counted already${partly}`;
}
