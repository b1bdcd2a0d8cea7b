/** `scale --model --what-if`: predicts with parts of the cost changed, one by one and all together. */
import { plural } from '../base/units.ts';
import { loadModelSites } from '../model/load.ts';
import type { MachineModel } from '../model/machine-model.ts';
import { predictMark, type PredictOptions } from '../model/predict.ts';
import { applyChanges, COST_NAMES, withOtherSchedules, type Change } from '../model/what-if.ts';
import type { TimedRuns } from '../report/scaling-laws.ts';
import { describeChanges, type WhatIf } from '../report/what-if.ts';
import type { Progress } from './progress.ts';

/** Every cost of the machine in turn. */
const EACH = 'each';

/** Returns the changes to predict with: each alone, then all together. `each=0.5` stands for every cost of the machine. */
export function questionsOf(changes: readonly Change[], { bytesPerSecond }: MachineModel): Change[][] {
  const costs = COST_NAMES.filter((name) => name !== 'bandwidth' || bytesPerSecond !== null);
  const alone = changes.flatMap(({ part, factor }) => (part === EACH ? costs.map((name) => ({ part: name, factor })) : [{ part, factor }]));
  const together = alone.length > 1 && alone.length === changes.length ? [alone] : [];
  return [...alone.map((change) => [change]), ...together];
}

/** Predicts one number of threads: without changes, and for each question. */
export type Answer = (procs: number) => WhatIf;

/**
 * Prepares the predictions for `changes`.
 * @param runs predictions for each question, of different schedules
 * @throws UsageError for a part that the model doesn't have
 */
export function prepareWhatIf(changes: readonly Change[], options: PredictOptions, runs: number, progress: Progress): Answer {
  const sites = loadModelSites();
  const questions = questionsOf(changes, options.machine).map((asked) => ({ asked, costs: applyChanges(asked, options.machine, sites) }));
  function timesOf(procs: number, asked: string, { machine, scales }: ReturnType<typeof applyChanges>): TimedRuns {
    const ns = withOtherSchedules(machine, runs).map((variant, i) => {
      progress.show(`${asked}, ${plural(procs, 'thread')}: prediction ${i + 1} of ${runs}`);
      return predictMark({ ...options, machine: variant, scales }, procs).markNs;
    });
    return { procs, ns };
  }
  return (procs) => ({
    now: timesOf(procs, 'as it is', { machine: options.machine, scales: undefined }),
    changed: questions.map(({ asked, costs }) => ({ changes: asked, times: timesOf(procs, describeChanges(asked), costs) })),
  });
}
