/** Recording the heap of a command's machines, with --html or --record. */
import type { HeapRecorder } from '../run/heap-recorder.ts';
import { isRecording, wantsDocument, type ReportFlags } from './html-report.ts';

/** Returns a recorder for one machine; undefined if no document shows what it would record. */
export async function recorderFor(flags: ReportFlags): Promise<HeapRecorder | undefined> {
  if (!isRecording(flags) || !wantsDocument(flags)) return undefined;
  const { HeapRecorder: Recorder } = await import('../run/heap-recorder.ts');
  return new Recorder();
}
