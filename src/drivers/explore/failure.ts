/** A failure in words, and the command that repeats it. */
import { formatCount } from '../../report/units.ts';
import type { CampaignFailure } from './campaign.ts';
import type { Knobs, Scenario } from './scenarios/scenario.ts';

/** What broke: a sentence, then the facts. */
export function explainFailure(failure: CampaignFailure): string[] {
  return [headline(failure), ...failure.facts.map((fact) => `  ${fact}`)];
}

function headline({ verdict, thread, execution }: CampaignFailure): string {
  switch (verdict) {
    case 'oracle':
      return 'at a checkpoint the oracle found the heap broken:';
    case 'check':
      return 'all threads finished, and left this behind:';
    case 'fatal':
      return `${thread} found its own state impossible:`;
    case 'exception':
      return `${thread} went astray:`;
    case 'deadlock':
      return 'a deadlock: every thread that is left waits, and nobody will wake it:';
    case 'step-limit':
      return `no end after ${formatCount(execution.steps)} accesses:`;
  }
}

export interface Repeat {
  readonly scenario: Scenario;
  readonly knobs: Knobs;
  readonly mutant?: string;
  readonly seed: number;
  readonly distance: number;
}

/** The command that runs this one execution again. */
export function repeatCommand({ scenario, knobs, mutant, seed, distance }: Repeat): string {
  const words = ['sweepgen explore', scenario.name, `--seed ${seed}`, `--distance ${distance}`, '--executions 1'];
  if (knobs.procs !== scenario.procs[0]) words.push(`--procs ${knobs.procs}`);
  if (mutant !== undefined) words.push(`--mutant ${mutant}`);
  return words.join(' ');
}
