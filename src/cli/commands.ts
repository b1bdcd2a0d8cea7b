/**
 * The commands, in the order in which help lists them. Help of sweepgen itself needs only this list:
 * a command's module, with all that it imports, is loaded when the command runs or its flags are
 * asked for.
 */
import type { Command } from 'commander';
import type { Deps } from './deps.ts';

/** The module of a command. */
export interface CommandModule {
  /**
   * Declares arguments, flags, help and action of the command.
   * @param declareAll declares the commands that are not declared yet, for help and completion
   */
  declare(command: Command, deps: Deps, declareAll: () => Promise<void>): void | Promise<void>;
}

/** A command before its module is loaded. */
export interface CommandEntry {
  readonly name: string;
  /** The phrase that the list of commands shows. */
  readonly summary: string;
  load(): Promise<CommandModule>;
}

export const COMMANDS: readonly CommandEntry[] = [
  { name: 'start', summary: 'mark the heap of sweepgen itself, with 1 to all cores', load: () => import('./commands/start.ts') },
  { name: 'run', summary: 'run a workload on the allocator and the collector', load: () => import('./commands/run.ts') },
  { name: 'compare', summary: 'compare the pauses and the speed of several collectors', load: () => import('./commands/compare.ts') },
  { name: 'scale', summary: 'measure how mark time changes with the number of threads', load: () => import('./commands/scale.ts') },
  { name: 'heap', summary: 'show what a heap is made of, and what retains it', load: () => import('./commands/heap.ts') },
  { name: 'calibrate', summary: 'measure this machine, for scale --model', load: () => import('./commands/calibrate.ts') },
  { name: 'stress', summary: 'run random rounds of mutators and collections under the oracle', load: () => import('./commands/stress.ts') },
  { name: 'explore', summary: 'run one scenario under thousands of interleavings, checked by the oracle', load: () => import('./commands/explore.ts') },
  { name: 'fuzz', summary: 'explore all scenarios on all cores, and keep a log', load: () => import('./commands/fuzz.ts') },
  { name: 'campaign', summary: 'show and merge the logs of campaigns, and run their failures again', load: () => import('./commands/campaign.ts') },
  { name: 'worker', summary: 'run the jobs of a campaign that another machine leads', load: () => import('./commands/worker.ts') },
  { name: 'replay', summary: 'run a failure that explore has recorded again, and explain it', load: () => import('./commands/replay.ts') },
  { name: 'mutants', summary: 'plant every known bug, and check that exploration finds it', load: () => import('./commands/mutants.ts') },
  { name: 'litmus', summary: 'run litmus tests of shared memory, explored and on real threads', load: () => import('./commands/litmus.ts') },
  { name: 'sequence', summary: "print MemStats for a sequence of allocations, to compare with Go's", load: () => import('./commands/sequence.ts') },
  { name: 'view', summary: 'draw saved --json documents as one HTML report', load: () => import('./commands/view.ts') },
  { name: 'help', summary: 'show the help of a command', load: () => import('./commands/help.ts') },
  { name: 'completion', summary: 'print a completion script for bash, zsh or fish', load: () => import('./commands/completion.ts') },
];
