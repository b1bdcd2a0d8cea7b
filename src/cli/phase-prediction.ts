/** `scale --model --phase`: predicts sweeping, allocation and stopping the world. */
import { plural } from '../base/units.ts';
import { loadModelCore } from '../model/load.ts';
import type { OtherPhase } from '../model/other-phases.ts';
import { buildPhaseHeap, predictPhase, type PredictedPhase } from '../model/predict-phase.ts';
import { explainLaws, formatLaws } from '../report/laws-table.ts';
import { phaseDocument } from '../report/phase-document.ts';
import { describePhase, explainPhase, formatPhase, lawsOfPhase, type PhasePrediction } from '../report/phase-prediction.ts';
import { describeMachineOf } from '../report/prediction.ts';
import { paintHeads } from '../report/table.ts';
import { explainWhatIf, formatWhatIf, type WhatIf } from '../report/what-if.ts';
import { wrap } from '../report/wrap.ts';
import { Stopped } from '../run/errors.ts';
import { withOption } from './command-line.ts';
import type { Deps } from './deps.ts';
import { nameOf, type HeapSource } from './heaps.ts';
import { Interrupted } from './interruption.ts';
import { openMachine, type OpenedMachine } from './machine-file.ts';
import { paint } from './paint.ts';
import { heapOptions, SCHEDULES, type PredictFlags } from './prediction.ts';
import type { Progress } from './progress.ts';
import { prepareWhatIf } from './what-if.ts';

/** Predicts `phase` and prints the result. @param source the heap that is swept; undefined for other phases. @throws Interrupted */
export async function predictOther(deps: Deps, phase: OtherPhase, source: HeapSource | undefined, flags: PredictFlags, progress: Progress): Promise<void> {
  const opened = openMachine(deps.env, flags.machine);
  if (opened.warning !== undefined) deps.terminal.err(`${opened.warning}\n`);
  const prediction = await predictAll(deps, phase, source, flags, opened, progress).finally(() => progress.clear());
  if (flags.json) deps.terminal.out(`${phaseDocument(prediction)}\n`);
  else printPhase(deps, prediction);
  if (!prediction.interrupted) return;
  const done = flags.whatIf === undefined ? prediction.results : prediction.whatIfs;
  throw new Interrupted((args) => withOption(args, '--model', flags.model.slice(done.length).join(',')));
}

async function predictAll(deps: Deps, phase: OtherPhase, source: HeapSource | undefined, flags: PredictFlags, { machine, warning }: OpenedMachine, progress: Progress): Promise<PhasePrediction> {
  progress.show('building the heap');
  const heap = await buildPhaseHeap(phase, source === undefined ? { workload: 'churn', procs: Math.max(...flags.model), goarch: flags.goarch } : heapOptions(source, flags));
  const about = { phase, machine, warning, ...(source && { heap: { name: nameOf(source), objects: heap.objects, bytes: heap.bytes } }) };
  const options = { core: await loadModelCore(), machine, heap, isStopped: deps.isInterrupted };
  const timeOf = (changed: Parameters<typeof predictPhase>[1], procs: number) => predictPhase(phase, changed, procs).ns;
  const answer = flags.whatIf && prepareWhatIf(flags.whatIf, options, timeOf, flags.runs ?? SCHEDULES, progress);
  const results: PredictedPhase[] = [];
  const whatIfs: WhatIf[] = [];
  try {
    for (const procs of flags.model) {
      progress.show(`${phase} with ${plural(procs, 'thread')}`);
      results.push(predictPhase(phase, options, procs));
    }
    if (answer !== undefined) for (const procs of flags.model) whatIfs.push(answer(procs));
  } catch (error) {
    if (!(error instanceof Stopped) || results.length === 0) throw error;
    return { ...about, results, whatIfs, interrupted: true };
  }
  return { ...about, results, whatIfs };
}

function printPhase({ terminal }: Deps, prediction: PhasePrediction): void {
  const width = terminal.outWidth;
  const table = (rows: readonly string[]) => ['', ...paintHeads(rows, paint(terminal.outIsColored).bold)];
  const laws = lawsOfPhase(prediction);
  const { whatIfs } = prediction;
  const sentences = [...explainPhase(prediction), ...explainLaws(laws), ...(whatIfs.length > 0 ? explainWhatIf(whatIfs) : [])];
  const lines = [
    describePhase(prediction),
    ...wrap(describeMachineOf(prediction), width === undefined ? width : width - 2).map((line) => `  ${line}`),
    ...table(formatPhase(prediction, width)),
    ...(laws.length > 0 ? table(formatLaws(laws, width)) : []),
    ...(whatIfs.length > 0 ? table(formatWhatIf(whatIfs, width)) : []),
    '',
    ...sentences.flatMap((sentence) => wrap(sentence, width)),
  ];
  terminal.out(`${lines.join('\n')}\n`);
}
