/** `run --memprofile` and related flags: the sampling rate, and the output of the profile. */
import { UsageError } from '../base/fatal.ts';
import { printable } from '../base/printable.ts';
import type { RunResult } from '../run/api.ts';
import { DEFAULT_RATE } from '../runtime/memprofile.ts';
import type { MemProfile } from '../inspect/memprofile.ts';
import type { MemStats } from '../inspect/memstats.ts';
import { formatBytes } from '../base/units.ts';
import { quote } from './command-line.ts';
import type { Deps } from './deps.ts';

export interface ProfileFlags {
  readonly memprofile?: string;
  /** A file; `true` and '-' are stdout. */
  readonly memprofileText?: string | true;
  readonly memprofileRate?: number;
  /** A file; '-' is stdout. */
  readonly memorydump?: string;
  readonly json?: boolean;
}

/** Returns the flags that print a document on stdout. Another program reads it, so it must have stdout to itself. */
function printedFlags({ memprofileText, memorydump, json }: ProfileFlags): string[] {
  return [
    ...(memprofileText === true || memprofileText === '-' ? ['--memprofile-text'] : []),
    ...(memorydump === '-' ? ['--memorydump -'] : []),
    ...(json ? ['--json'] : []),
  ];
}

/** Whether a profile or dump is printed on stdout; the report goes to stderr then. */
export function isStdoutTaken(flags: ProfileFlags): boolean {
  return printedFlags({ ...flags, json: false }).length > 0;
}

/**
 * Returns the mean bytes between samples that the flags ask for; 0: no profile.
 * @throws UsageError for flags that contradict each other, and for a file that can't be written
 */
export async function profileRate(deps: Deps, flags: ProfileFlags): Promise<number> {
  const { memprofile, memprofileText, memprofileRate } = flags;
  const printed = printedFlags(flags);
  if (printed.length > 1) throw new UsageError(`${printed[0]} and ${printed[1]} both print on stdout; give one of them a file`);
  if (typeof memprofileText === 'string') await checkTextFile(deps, memprofileText);
  if (memprofile === undefined && !memprofileText) {
    if (memprofileRate === undefined) return 0;
    throw new UsageError('--memprofile-rate needs a profile to be asked for; add --memprofile FILE or --memprofile-text');
  }
  // Check now: the run may take long.
  if (memprofile !== undefined) deps.checkWritable(memprofile);
  return memprofileRate ?? DEFAULT_RATE;
}

/** @throws UsageError for a file that can't be written, and for a workload's name, which the user meant as the workload */
async function checkTextFile(deps: Deps, file: string): Promise<void> {
  if ((await deps.listWorkloads()).some(({ name }) => name === file)) {
    throw new UsageError(`--memprofile-text ${file} would write to a file '${file}'; put --memprofile-text last, or write --memprofile-text=./${file}`);
  }
  if (file !== '-') deps.checkWritable(file);
}

/** Writes the profile of a finished run as the flags ask, with a note if it is empty. */
export async function deliverProfile(deps: Deps, flags: ProfileFlags, { memProfile, memstats }: RunResult): Promise<void> {
  if (memProfile === undefined) return;
  if (flags.memprofile !== undefined) {
    const { pprofOf } = await import('../report/pprof.ts');
    deps.writeFile(flags.memprofile, pprofOf(memProfile, Date.now()));
    deps.terminal.err(`memory profile written to ${printable(flags.memprofile)}; look at it with go tool pprof -top ${printable(quote(flags.memprofile), 1000)}\n`);
  }
  if (flags.memprofileText !== undefined) await deliverText(deps, flags.memprofileText, memProfile, memstats);
  if (memProfile.records.length === 0) deps.terminal.err(`${emptyNote(memProfile.rate, memstats.TotalAlloc)}\n`);
}

async function deliverText(deps: Deps, file: string | true, memProfile: MemProfile, memstats: MemStats): Promise<void> {
  const { formatHeapProfile } = await import('../report/heap-text.ts');
  const text = formatHeapProfile(memProfile, memstats).map((line) => `${line}\n`).join('');
  if (file === true || file === '-') deps.terminal.out(text);
  else {
    deps.writeFile(file, Buffer.from(text));
    deps.terminal.err(`memory profile written to ${printable(file)}\n`);
  }
}

function emptyNote(rate: number, totalAlloc: number): string {
  if (rate === 0) return 'the memory profile is empty: the program has turned the profiler off';
  const finer = Math.max(1, 2 ** Math.floor(Math.log2(Math.max(1, totalAlloc / 1000))));
  return `the memory profile is empty: of the ${formatBytes(totalAlloc)} allocated a sample was due only every ${formatBytes(rate)}; try --memprofile-rate ${finer}`;
}
