/** Describes a failure in words, and gives the command that repeats it. */
import { formatCount } from '../base/units.ts';
import type { FailedExecution } from './session.ts';
import { HeapBroken } from '../run/errors.ts';
import type { Outcome } from './failures/outcome.ts';
import { MONITOR_NAMES } from './monitors/catalog.ts';
import type { Knobs, Scenario } from './scenarios/scenario.ts';
import type { Memory } from './weak/memory.ts';

/** Returns the explanation of a failure: a sentence, then the facts. */
export function explainFailure({ execution, ...failure }: FailedExecution): string[] {
  return explainOutcome({ ...failure, atCheckpoint: execution.error instanceof HeapBroken }, execution.steps);
}

/** Returns the explanation of any outcome except `ok`, reached after `steps` accesses. */
export function explainOutcome(outcome: Omit<Outcome, 'waits'>, steps: number): string[] {
  return [headline(outcome, steps), ...outcome.facts.map((fact) => `  ${fact}`)];
}

function headline({ verdict, thread, atCheckpoint, fault }: Omit<Outcome, 'waits'>, steps: number): string {
  switch (verdict) {
    case 'ok':
      return 'nothing is wrong';
    case 'invariant':
      if (atCheckpoint) return 'at a checkpoint the oracle found the heap broken:';
      if (fault === 'scenario') return `the scenario itself, on ${thread}, passed an argument that the core rejects:`;
      return thread === '' ? 'all threads finished, but the check failed:' : `${thread} found an impossible state:`;
    case 'race':
      return `a data race, found as ${thread} continued:`;
    case 'starvation':
      return `starvation, found as ${thread} continued:`;
    case 'lost-wakeup':
      return 'a lost wake-up: every thread that is left waits, although one would go on if it were woken:';
    case 'exception':
      return fault === 'scenario' ? `the scenario itself threw, on ${thread}:` : `${thread} threw an error:`;
    case 'deadlock':
      return 'a deadlock: every thread that is left waits, and no thread will wake it:';
    case 'livelock':
      return 'a livelock: the threads that are left loop, and none of them gets out:';
    case 'step-limit':
      return `no end after ${formatCount(steps)} accesses:`;
  }
}

export interface Repeat {
  readonly scenario: Scenario;
  readonly knobs: Knobs;
  readonly mutant?: string;
  /** Names of the monitors that watched. */
  readonly monitors?: readonly string[];
  /** The memory model; 'sc' by default. */
  readonly memory?: Memory;
  readonly seed: number;
  readonly strategy: string;
}

/** Returns the command that repeats this execution. */
export function repeatCommand({ scenario, knobs, mutant, monitors = [], memory = 'sc', seed, strategy }: Repeat): string {
  const words = ['sweepgen explore', scenario.name, `--seed ${seed}`, `--strategy ${strategy}`, '--executions 1'];
  for (const { name, values } of scenario.knobs) if (knobs[name] !== values[0]) words.push(name === 'procs' ? `--procs ${knobs.procs}` : `--set ${name}=${knobs[name]}`);
  if (memory !== 'sc') words.push(`--memory ${memory}`);
  const others = monitors.filter((name) => name !== 'races');
  if (others.length === MONITOR_NAMES.length - 1) words.push('--monitors all');
  else if (others.length > 0) words.push(`--monitors ${others.join(',')}`);
  if (mutant !== undefined) words.push(`--mutant ${mutant}`);
  if (monitors.includes('races')) words.push('--races');
  return words.join(' ');
}
