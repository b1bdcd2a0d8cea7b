/** `scale --model --what-if`: predicts with parts of the cost changed, one by one and all together. */
import { plural } from '../base/units.ts';
import { loadModelSites } from '../model/load.ts';
import type { MachineModel } from '../model/machine-model.ts';
import { applyChanges, COST_NAMES, withOtherSchedules, type Change, type ChangedCosts } from '../model/what-if.ts';
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
 * @param options of the prediction as it is
 * @param timeOf predicts one time in ns
 * @param runs predictions for each question, of different schedules
 * @throws UsageError for a part that the model doesn't have
 */
export function prepareWhatIf<Options extends ChangedCosts>(
  changes: readonly Change[], options: Omit<Options, 'scales'>, timeOf: (options: Options, procs: number) => number, runs: number, progress: Progress,
): Answer {
  const sites = loadModelSites();
  const questions = questionsOf(changes, options.machine).map((asked) => ({ asked, costs: applyChanges(asked, options.machine, sites) }));
  function timesOf(procs: number, asked: string, { machine, scales }: ChangedCosts): TimedRuns {
    const ns = withOtherSchedules(machine, runs).map((variant, i) => {
      progress.show(`${asked}, ${plural(procs, 'thread')}: prediction ${i + 1} of ${runs}`);
      return timeOf({ ...options, machine: variant, scales } as Options, procs);
    });
    return { procs, ns };
  }
  return (procs) => ({
    now: timesOf(procs, 'as it is', { machine: options.machine }),
    changed: questions.map(({ asked, costs }) => ({ changes: asked, times: timesOf(procs, describeChanges(asked), costs) })),
  });
}
