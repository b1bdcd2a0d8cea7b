/** A recorded run of churn, for the views of the heap. */
import type { HeapMapField } from '../../src/report/heap-map.ts';
import type { History } from '../../src/report/history.ts';
import { sweepgen } from './in-process.ts';

export interface RecordedRun {
  /** The document that was printed. */
  readonly text: string;
  readonly document: { readonly heapMap: HeapMapField; readonly history: History };
}

export async function recordRun(): Promise<RecordedRun> {
  const { out } = await sweepgen(['run', 'churn', '--set', 'count=400000', '--set', 'ring=3000', '--procs', '2', '--gogc', '50', '--json', '--record']);
  return { text: out, document: JSON.parse(out) as RecordedRun['document'] };
}

/** The colours of style.css in the light theme, as canvasColors names them. */
export const COLOR = { blue: '8,96,200', violet: '130,80,223', red: '193,36,44', green: '26,127,55' } as const;

