/** The flag --trace, and writing the trace file. */
import type { Command } from 'commander';
import { printable } from '../base/printable.ts';
import type { Timeline } from '../report/timeline.ts';
import { TRACE_ENDINGS, checkTracePath, encodeTrace } from '../report/trace-file.ts';
import type { Deps } from './deps.ts';

export interface TraceFlags {
  readonly trace?: string;
  readonly json?: boolean;
}

/** Declares --trace. @param what what the file shows, as "what each thread does" */
export function addTrace(command: Command, what: string): void {
  command.option('--trace <file>', `${what}, as a trace for ui.perfetto.dev; the name ends in ${TRACE_ENDINGS}`);
}

/** @throws UsageError if the trace can't be written at the end, or its name has another ending */
export function checkTrace(deps: Deps, { trace }: TraceFlags): void {
  if (trace === undefined) return;
  checkTracePath(trace);
  deps.checkWritable(trace);
}

/** Writes the trace, if asked for, and names it: on stderr if stdout holds a document. @throws OutputError */
export function writeTrace(deps: Deps, { trace, json }: TraceFlags, timelines: readonly Timeline[]): void {
  if (trace === undefined || timelines.length === 0) return;
  deps.writeFile(trace, encodeTrace(timelines, trace));
  const say = json ? deps.terminal.err : deps.terminal.out;
  say(`Trace: ${printable(trace, 1000)}, for ui.perfetto.dev\n`);
}
