/** Whether a command records the events of its machines, for --trace, --html or --record. */
import { isRecording, type ReportFlags } from './html-report.ts';
import type { TraceFlags } from './trace-flag.ts';

export function recordsEvents(flags: ReportFlags & TraceFlags): boolean {
  return flags.trace !== undefined || isRecording(flags);
}
