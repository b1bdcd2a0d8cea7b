/** `run --memprofile` and its companions: what is asked of the profiler, and where the profile goes. */
import { UsageError } from '../base/fatal.ts';
import { printable } from '../base/printable.ts';
import type { RunResult } from '../drivers/api.ts';
import { DEFAULT_RATE } from '../runtime/memprofile.ts';
import { formatBytes } from '../report/units.ts';
import { quote } from './command-line.ts';
import type { Deps } from './deps.ts';

export interface ProfileFlags {
  readonly memprofile?: string;
  readonly memprofileText?: boolean;
  readonly memprofileRate?: number;
  readonly json?: boolean;
}

/**
 * The rate that the flags ask for, 0 if for no profile.
 * @throws UsageError for flags that make no sense together, and a file that can't be written
 */
export function profileRate(deps: Deps, { memprofile, memprofileText, memprofileRate, json }: ProfileFlags): number {
  if (memprofile === undefined && !memprofileText) {
    if (memprofileRate === undefined) return 0;
    throw new UsageError('--memprofile-rate needs a profile to be asked for; add --memprofile FILE or --memprofile-text');
  }
  if (memprofileText && json) throw new UsageError('--memprofile-text and --json both print on stdout; write the profile with --memprofile FILE instead');
  // Not only when the run is over, which may have taken long.
  if (memprofile !== undefined) deps.checkWritable(memprofile);
  return memprofileRate ?? DEFAULT_RATE;
}

/** Writes the profile of a finished run as asked, and says so when there is nothing in it. */
export async function deliverProfile(deps: Deps, flags: ProfileFlags, { memProfile, memstats }: RunResult): Promise<void> {
  if (memProfile === undefined) return;
  if (flags.memprofile !== undefined) {
    const { pprofOf } = await import('../report/pprof.ts');
    deps.writeFile(flags.memprofile, pprofOf(memProfile, Date.now()));
    deps.terminal.err(`memory profile written to ${printable(flags.memprofile)}; look at it with go tool pprof -top ${printable(quote(flags.memprofile), 1000)}\n`);
  }
  if (flags.memprofileText) {
    const { formatHeapProfile } = await import('../report/heap-text.ts');
    for (const line of formatHeapProfile(memProfile, memstats)) deps.terminal.out(`${line}\n`);
  }
  if (memProfile.records.length === 0) deps.terminal.err(`${emptyNote(memProfile.rate, memstats.TotalAlloc)}\n`);
}

function emptyNote(rate: number, totalAlloc: number): string {
  if (rate === 0) return 'the memory profile is empty: the program has turned the profiler off';
  const finer = Math.max(1, 2 ** Math.floor(Math.log2(Math.max(1, totalAlloc / 1000))));
  return `the memory profile is empty: of the ${formatBytes(totalAlloc)} allocated a sample was due only every ${formatBytes(rate)}; try --memprofile-rate ${finer}`;
}
