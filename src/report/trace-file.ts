/** Timelines as a file for a trace viewer: Perfetto's protobuf or Chrome's JSON, by the ending of its name. */
import { gzipSync } from 'node:zlib';
import { UsageError } from '../base/fatal.ts';
import { printable } from '../base/printable.ts';
import { chromeTrace } from './chrome-trace.ts';
import { perfettoTrace } from './perfetto-trace.ts';
import type { Timeline } from './timeline.ts';

const ENCODERS: Readonly<Record<string, (timelines: readonly Timeline[]) => Uint8Array>> = {
  '.pftrace': perfettoTrace,
  '.json': chromeTrace,
  '.json.gz': (timelines) => gzipSync(chromeTrace(timelines)),
};

/** The endings of a trace file, for the help of a flag. */
export const TRACE_ENDINGS = '.pftrace (Perfetto), .json or .json.gz (Chrome)';

/** Checks the name of a trace file before the work. @throws UsageError for another ending */
export function checkTracePath(path: string): void {
  encoderFor(path);
}

/** Returns the bytes of the trace file `path`, each timeline as a process. @throws UsageError for another ending */
export function encodeTrace(timelines: readonly Timeline[], path: string): Uint8Array {
  return encoderFor(path)(timelines);
}

function encoderFor(path: string): (timelines: readonly Timeline[]) => Uint8Array {
  const ending = Object.keys(ENCODERS).find((each) => path.endsWith(each));
  if (ending === undefined) throw new UsageError(`the trace file '${printable(path)}' has another ending than ${TRACE_ENDINGS}`);
  return ENCODERS[ending];
}
