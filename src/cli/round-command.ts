/** The command that repeats a round of stress. */
import type { Round } from '../run/rounds.ts';
import { quote } from './command-line.ts';
import { collectorFlags, tuningFlags } from './machine-flags.ts';

/** Returns the command line that repeats the round. */
export function commandOf({ workload, seed, procs, gogc, policy, tuning, goarch, gcEvery, params, collector }: Round): string {
  const sets = Object.entries(params).map(([name, value]) => `--set ${name}=${value}`);
  return ['sweepgen run', quote(workload), `--seed ${seed}`, `--procs ${procs}`, `--gogc ${gogc}`, `--policy ${policy}`, ...tuningFlags(tuning), `--goarch ${goarch}`, `--gc-every ${gcEvery}`, ...(collector === undefined ? [] : collectorFlags(collector)), ...sets, '--verify'].join(' ');
}
