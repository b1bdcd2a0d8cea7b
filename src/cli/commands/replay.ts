/** `sweepgen replay`: repeats a recorded failure step by step, and explains it. */
import { sizeOf } from '../../explore/scenarios/scenario.ts';
import { readFileSync, statSync } from 'node:fs';
import type { Command } from 'commander';
import { EXIT, UsageError } from '../../base/fatal.ts';
import { printable } from '../../base/printable.ts';
import { explainOutcome } from '../../explore/failure.ts';
import { MOST, readArtefact, type Artefact } from '../../explore/failures/artefact.ts';
import { lanesOf } from '../../explore/failures/lanes.ts';
import { decodeLine, isLine } from '../../explore/failures/line.ts';
import { replayArtefact, type Replayed } from '../../explore/failures/replay.ts';
import { formatBytes, plural } from '../../base/units.ts';
import { executedTimeline } from '../../report/executed-timeline.ts';
import { Verifier } from '../../verify/verifier.ts';
import type { Deps } from '../deps.ts';
import { examples } from '../help.ts';
import { addReport, checkReport, isRecording, wantsDocument, writeReport, type ReportFlags } from '../html-report.ts';
import { laneTableText } from '../lane-table-text.ts';
import { printLines } from '../print-lines.ts';
import { addTrace, checkTrace, writeTrace } from '../trace-flag.ts';

interface ReplayFlags extends ReportFlags {
  readonly trace?: boolean;
  readonly traceFile?: string;
}

export function declare(command: Command, deps: Deps): void {
  command
    .description('Repeats an execution by its recorded preemptions, checks that each step follows the recorded one, and shows the accesses in a column for each thread, with marks at those whose order decides. The exit code is 1 if the failure occurs, and 0 if it is gone.')
    .argument('<failure>', "line printed by explore, 'v1:…', or a file written by explore --save")
    .option('--trace', 'show every access, not only the relevant ones')
    .option('--json', 'print one JSON document');
  addReport(command);
  addTrace(command, 'the execution', '--trace-file');
  command
    .addHelpText('after', examples([
      ["sweepgen replay 'v1:…'", 'the failure that explore found'],
      ['sweepgen replay test/schedules/mark-bits-mark-load-or-store.json --trace', 'each access of a recorded failure'],
      ['sweepgen replay test/schedules/mark-bits-mark-load-or-store.json --trace-file lost.pftrace', 'the same as a timeline, for ui.perfetto.dev'],
      ["sweepgen replay 'v1:…' --html f.html", 'play it step by step, with the source'],
    ]))
    .action((failure: string, flags: ReplayFlags) => replay(deps, failure, flags));
}

async function replay(deps: Deps, failure: string, flags: ReplayFlags): Promise<void> {
  const { terminal } = deps;
  checkReport(deps, flags);
  const trace = { trace: flags.traceFile, json: flags.json };
  checkTrace(deps, trace);
  const artefact = isLine(failure) ? decodeLine(failure) : readArtefact(readText(failure), failure);
  const replayed = await replayArtefact(artefact, { makeOracle: (m) => new Verifier(m) });
  const { recording, ground, setting, core } = replayed;
  const lanes = lanesOf(ground, setting, core.sites, recording, artefact.pairs, flags.trace ?? false);
  const player = isRecording(flags) || flags.traceFile !== undefined ? (await import('../player.ts')).playerOfReplay(artefact, replayed) : undefined;
  let document: string | undefined;
  if (wantsDocument(flags)) {
    const { replayDocument } = await import('../replay-document.ts');
    document = replayDocument(artefact, replayed, lanes, isRecording(flags) ? player : undefined);
  }
  if (flags.json) terminal.out(`${document}\n`);
  else {
    printLines(terminal.out, [...describe(artefact, replayed), '']);
    for (const line of laneTableText(lanes, terminal.outIsColored, terminal.outWidth)) terminal.out(line);
  }
  if (player !== undefined) writeTrace(deps, trace, [executedTimeline(player)]);
  await writeReport(deps, flags, `replay ${printable(artefact.scenario)}`, document);
  if (recording.outcome.verdict !== 'ok') throw new StillFails(replayed);
}

function readText(path: string): string {
  try {
    const { size } = statSync(path);
    if (size > MOST.fileBytes) throw new UsageError(`${printable(path)} is no recorded failure: it has ${formatBytes(size)}, and none has more than ${formatBytes(MOST.fileBytes)}`);
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof UsageError) throw error;
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new UsageError(`'${printable(path)}' is neither a file nor a line that begins with v1:`);
    throw new UsageError(`${printable(path)} can't be read: ${(error as Error).message}`);
  }
}

function describe({ scenario, mutant, preemptions, memory, values = [], verdict, steps }: Artefact, { ground, setting, recording, fails, divergence, otherBuild }: Replayed): string[] {
  const { outcome, trace } = recording;
  return [
    `${printable(scenario)} on ${sizeOf(ground.scenario, setting.knobs)}${mutant === null ? '' : `, with ${mutant} planted`}: ${plural(preemptions.length, 'preemption')}${memory === undefined ? '' : ` and ${plural(values.length, 'older value')} under ${memory}`}, recorded as ${verdict} after ${plural(steps, 'access', 'accesses')}`,
    ...(otherBuild ? ['the source is not the one that it was recorded with'] : []),
    divergence === '' ? 'it follows the recorded execution to its end' : `it departs from the recorded execution at ${divergence}`,
    fails ? 'it fails as recorded' : outcome.verdict === 'ok' ? `the failure is gone: all threads finished after ${plural(trace.length, 'access', 'accesses')}, and nothing is wrong` : 'it fails in another way',
  ];
}

/** The failure occurs still. The message explains it. */
class StillFails extends Error {
  readonly exitCode = EXIT.invariant;

  constructor({ recording: { outcome, trace } }: Replayed) {
    super(explainOutcome(outcome, trace.length).join('\n'));
    this.name = 'StillFails';
  }
}
